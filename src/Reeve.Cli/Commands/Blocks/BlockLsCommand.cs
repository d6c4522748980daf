using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockLsCommand : CliCommand
{
    private readonly OutputOption _output = new();

    public BlockLsCommand()
        : base("ls", "List the blocks") => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var blocks = await session.Client.FindBlockDocumentsAsync(new Query { Limit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(blocks, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("ID", "Type", "Name", "Slug");
        foreach (var block in blocks)
            table.Add(block.Id.ToString(), block.BlockType?.Name ?? block.BlockTypeName, block.Name, $"{block.BlockType?.Slug}/{block.Name}");
        table.Write(session.Terminal.Out, $"There are no blocks. Make one: {CommandName.Text} block create secret --name NAME");
        return ExitCodes.Done;
    }
}
