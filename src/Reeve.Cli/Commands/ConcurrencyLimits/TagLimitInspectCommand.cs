using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

/// <summary>"inspect", also under its other name "read".</summary>
internal sealed class TagLimitInspectCommand : CliCommand
{
    private readonly Argument<string> _tag = new("TAG") { Description = "The tag" };
    private readonly OutputOption _output = new();

    public TagLimitInspectCommand()
        : base("inspect", "Show the limit of a tag and the task runs that hold its slots")
    {
        Aliases.Add("read");
        Arguments.Add(_tag);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await LimitLookup.TagAsync(session.Client, parse.GetRequiredValue(_tag), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(limit, output);
            return ExitCodes.Done;
        }

        var table = new TextTable("Tag", "Concurrency limit", "Created", "Updated");
        table.Add(limit.Tag, $"{limit.ConcurrencyLimit}", Ago.Of(limit.Created, session.Time), Ago.Of(limit.Updated, session.Time));
        table.Write(output, "");
        output.WriteLine();
        var holders = new TextTable("Active task runs");
        foreach (var run in limit.ActiveSlots)
            holders.Add(run.ToString());
        holders.Write(output, "No task run holds a slot.");
        return ExitCodes.Done;
    }
}
