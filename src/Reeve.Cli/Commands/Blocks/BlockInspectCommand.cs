using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockInspectCommand : CliCommand
{
    private readonly Argument<string?> _name = new("TYPE/NAME") { Description = "The block: secret/bitcred", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<Guid?> _id = new("--id") { Description = "The block's id, instead of its name", HelpName = "ID" };
    private readonly OutputOption _output = new();

    public BlockInspectCommand()
        : base("inspect", "Show a block; secret fields read ********")
    {
        Arguments.Add(_name);
        Options.Add(_id);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var block = parse.GetValue(_id) is { } id
            ? await session.Client.FindBlockDocumentAsync(id, ct) ?? throw new CliException($"there is no block with the id {id}")
            : await BlockLookup.DocumentAsync(session.Client, parse.GetValue(_name) ?? throw new CliException("which block? TYPE/NAME or --id", exitCode: ExitCodes.Usage), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(block, output);
            return ExitCodes.Done;
        }

        List<(string Name, object? Value)> lines =
        [
            ("ID", block.Id), ("Type", $"{block.BlockType?.Name} ({block.BlockType?.Slug})"), ("Name", block.Name),
            ("Created", Ago.Of(block.Created, session.Time)), ("Changed", Ago.Of(block.Updated, session.Time)),
            .. block.Data.EnumerateObject().Select(field => (field.Name, (object?)field.Value)),
        ];
        var width = lines.Max(line => line.Name.Length) + 2;
        foreach (var (name, value) in lines)
            output.WriteLine($"{(name + ":").PadRight(width)}{value}");
        return ExitCodes.Done;
    }
}
