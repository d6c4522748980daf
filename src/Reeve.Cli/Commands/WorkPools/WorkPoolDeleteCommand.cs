using System.CommandLine;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkPoolDeleteCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };

    public WorkPoolDeleteCommand()
        : base("delete", "Delete a work pool with its queues") => Arguments.Add(_name);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete work pool '{pool.Name}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteWorkPoolAsync(pool.Name, ct);
        session.Terminal.Out.WriteLine($"Deleted work pool '{pool.Name}'.");
        return ExitCodes.Done;
    }
}
