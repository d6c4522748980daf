using System.CommandLine;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockTypeDeleteCommand : CliCommand
{
    private readonly Argument<string> _slug = new("SLUG") { Description = "The kind of block" };

    public BlockTypeDeleteCommand()
        : base("delete", "Delete a kind of block with all its blocks") => Arguments.Add(_slug);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var type = await BlockLookup.TypeAsync(session.Client, parse.GetRequiredValue(_slug), ct);
        if (type.IsProtected)
            throw new CliException($"the kind of block '{type.Slug}' is protected and stays");
        if (session.MayAsk && !session.Terminal.Confirm($"Delete the kind of block '{type.Slug}' and all its blocks?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteBlockTypeAsync(type.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted the kind of block '{type.Slug}'.");
        return ExitCodes.Done;
    }
}
