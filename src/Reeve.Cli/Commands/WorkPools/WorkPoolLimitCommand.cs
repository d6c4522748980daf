using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary><c>set-concurrency-limit</c> and <c>clear-concurrency-limit</c>.</summary>
internal sealed class WorkPoolLimitCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };
    private readonly Argument<int>? _limit;

    public WorkPoolLimitCommand(bool set)
        : base(set ? "set-concurrency-limit" : "clear-concurrency-limit", set ? "Limit how many runs of a work pool may be active at once" : "Take the limit off a work pool")
    {
        Arguments.Add(_name);
        if (set)
            Arguments.Add(_limit = new Argument<int>("LIMIT") { Description = "How many" });
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        int? limit = _limit is null ? null : parse.GetValue(_limit);
        if (limit < 0)
            throw new CliException($"a limit of {limit} makes no sense; 0 or more", exitCode: ExitCodes.Usage);
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await session.Client.UpdateWorkPoolAsync(pool.Name, new WorkPoolUpdate { ConcurrencyLimit = limit }, ct);
        session.Terminal.Out.WriteLine(limit is null ? $"Work pool '{pool.Name}' has no limit now." : $"Work pool '{pool.Name}' is limited to {limit}.");
        return ExitCodes.Done;
    }
}
