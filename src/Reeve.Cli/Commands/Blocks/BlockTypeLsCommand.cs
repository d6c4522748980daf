using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockTypeLsCommand : CliCommand
{
    private readonly OutputOption _output = new();

    public BlockTypeLsCommand()
        : base("ls", "List the kinds of blocks") => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var types = await session.Client.FindBlockTypesAsync(new Query { Limit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(types, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("Slug", "Name", "Description");
        foreach (var type in types.OrderBy(t => t.Slug, StringComparer.Ordinal))
            table.Add(type.Slug, type.Name, type.Description);
        table.Write(session.Terminal.Out, "There are no kinds of blocks.");
        return ExitCodes.Done;
    }
}
