using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Artifacts;

/// <summary>The newest artifact of each key; with --all every version.</summary>
internal sealed class ArtifactLsCommand : CliCommand
{
    private readonly Option<int> _limit = new("--limit", "-l") { Description = "At most so many, 1 to 200", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Show every version of each key" };
    private readonly OutputOption _output = new();

    public ArtifactLsCommand()
        : base("ls", "List the artifacts that runs have made")
    {
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 200)
                result.AddError("--limit must be from 1 to 200");
        });
        foreach (var option in (ReadOnlySpan<Option>)[_limit, _all, _output])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var query = new Query { Limit = parse.GetValue(_limit), Sort = "KEY_ASC" };
        return parse.GetValue(_all) ? await AllAsync(parse, session, query, ct) : await LatestAsync(parse, session, query, ct);
    }

    private async Task<int> AllAsync(ParseResult parse, CliSession session, Query query, CancellationToken ct)
    {
        var artifacts = await session.Client.FindArtifactsAsync(query with { Artifacts = new ArtifactFilter { Key = new KeyFilter { Exists = true } } }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(artifacts, session.Terminal.Out);
            return ExitCodes.Done;
        }
        Write(session, artifacts.Select(a => (a.Id, a.Key, a.Type, a.Updated)));
        return ExitCodes.Done;
    }

    private async Task<int> LatestAsync(ParseResult parse, CliSession session, Query query, CancellationToken ct)
    {
        var artifacts = await session.Client.FindLatestArtifactsAsync(query, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(artifacts, session.Terminal.Out);
            return ExitCodes.Done;
        }
        Write(session, artifacts.Select(a => (a.LatestId, (string?)a.Key, a.Type, a.Updated)));
        return ExitCodes.Done;
    }

    private static void Write(CliSession session, IEnumerable<(Guid Id, string? Key, string? Type, DateTimeOffset Updated)> artifacts)
    {
        var table = new TextTable("ID", "Key", "Type", "Changed");
        foreach (var (id, key, type, updated) in artifacts)
            table.Add(id.ToString("D", CultureInfo.InvariantCulture), key, type, Ago.Of(updated, session.Time));
        table.Write(session.Terminal.Out, "There are no artifacts.");
    }
}
