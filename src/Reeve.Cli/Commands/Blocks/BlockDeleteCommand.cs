using System.CommandLine;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockDeleteCommand : CliCommand
{
    private readonly Argument<string?> _name = new("TYPE/NAME") { Description = "The block: secret/bitcred", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<Guid?> _id = new("--id") { Description = "The block's id, instead of its name", HelpName = "ID" };

    public BlockDeleteCommand()
        : base("delete", "Delete a block")
    {
        Arguments.Add(_name);
        Options.Add(_id);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetValue(_id) is { } id)
        {
            await session.Client.DeleteBlockDocumentAsync(id, ct);
            session.Terminal.Out.WriteLine($"Deleted block {id}.");
            return ExitCodes.Done;
        }

        var name = parse.GetValue(_name) ?? throw new CliException("which block? TYPE/NAME or --id", exitCode: ExitCodes.Usage);
        var block = await BlockLookup.DocumentAsync(session.Client, name, ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete block '{name}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteBlockDocumentAsync(block.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted block '{name}'.");
        return ExitCodes.Done;
    }
}
