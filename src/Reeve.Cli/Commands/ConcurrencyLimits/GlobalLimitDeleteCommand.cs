using System.CommandLine;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class GlobalLimitDeleteCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The limit's name or id" };

    public GlobalLimitDeleteCommand()
        : base("delete", "Delete a global concurrency limit") => Arguments.Add(_name);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var limit = await LimitLookup.GlobalAsync(session.Client, parse.GetRequiredValue(_name), ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete global concurrency limit '{limit.Name}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteGlobalLimitAsync(limit.Name, ct);
        session.Terminal.Out.WriteLine($"Deleted global concurrency limit with name '{limit.Name}'.");
        return ExitCodes.Done;
    }
}
