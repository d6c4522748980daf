using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockInspectCommand : CliCommand
{
    private readonly Argument<string> _name = new("TYPE/NAME") { Description = "The block: secret/bitcred" };
    private readonly OutputOption _output = new();

    public BlockInspectCommand()
        : base("inspect", "Show a block; secret fields read ********")
    {
        Arguments.Add(_name);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var block = await BlockLookup.DocumentAsync(session.Client, parse.GetRequiredValue(_name), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(block, output);
            return ExitCodes.Done;
        }

        output.WriteLine($"ID:       {block.Id}\nType:     {block.BlockType?.Name} ({block.BlockType?.Slug})\nName:     {block.Name}\nCreated:  {Ago.Of(block.Created, session.Time)}\nChanged:  {Ago.Of(block.Updated, session.Time)}");
        foreach (var field in block.Data.EnumerateObject())
            output.WriteLine($"{field.Name + ":",-10}{field.Value}");
        return ExitCodes.Done;
    }
}
