using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class TagLimitLsCommand : CliCommand
{
    private readonly Option<int> _limit = new("--limit") { Description = "How many to show", HelpName = "N", DefaultValueFactory = _ => 15 };
    private readonly Option<int> _offset = new("--offset") { Description = "How many to skip", HelpName = "N" };
    private readonly OutputOption _output = new();

    public TagLimitLsCommand()
        : base("ls", "List the limits of tags")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_limit, _offset, _output])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limits = await session.Client.FindTagLimitsAsync(new Query { Limit = parse.GetValue(_limit), Offset = parse.GetValue(_offset) }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(limits, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("Tag", "ID", "Concurrency limit", "Active task runs");
        foreach (var limit in limits)
            table.Add(limit.Tag, limit.Id.ToString(), $"{limit.ConcurrencyLimit}", $"{limit.ActiveSlots.Count}");
        table.Write(session.Terminal.Out, $"No tag is limited. Limit one: {CommandName.Text} concurrency-limit create TAG N");
        return ExitCodes.Done;
    }
}
