using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Artifacts;

namespace Reeve.Cli.Commands.Artifacts;

internal sealed class ArtifactInspectCommand : CliCommand
{
    private readonly Argument<string> _key = new("KEY") { Description = "The artifacts' key" };
    private readonly Option<int> _limit = new("--limit", "-l") { Description = "At most so many versions, the newest first", HelpName = "N", DefaultValueFactory = _ => 10 };
    private readonly OutputOption _output = new();

    public ArtifactInspectCommand()
        : base("inspect", "Show the versions of an artifact")
    {
        Arguments.Add(_key);
        Options.Add(_limit);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var artifacts = await ArtifactLookup.OfKeyAsync(session.Client, parse.GetRequiredValue(_key), parse.GetValue(_limit), ct);
        if (_output.IsJson(parse))
            JsonOutput.Write(artifacts, session.Terminal.Out);
        else
            foreach (var artifact in artifacts)
                Write(artifact, session);
        return ExitCodes.Done;
    }

    private static void Write(Artifact artifact, CliSession session)
    {
        var output = session.Terminal.Out;
        output.WriteLine($"ID:          {artifact.Id}\nKey:         {artifact.Key}\nType:        {artifact.Type}\nCreated:     {Ago.Of(artifact.Created, session.Time)}\nChanged:     {Ago.Of(artifact.Updated, session.Time)}");
        if (artifact.Description is { } description)
            output.WriteLine($"Description: {description}");
        if (artifact.FlowRunId is { } run)
            output.WriteLine($"Flow run:    {run}");
        output.WriteLine($"Data:        {artifact.Data}\n");
    }
}
