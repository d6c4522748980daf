using System.CommandLine;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary><c>pause</c> and <c>resume</c>.</summary>
internal sealed class WorkPoolPauseCommand : CliCommand
{
    private readonly bool _pause;
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };

    public WorkPoolPauseCommand(bool pause)
        : base(pause ? "pause" : "resume", pause ? "Hand out no more runs of a work pool" : "Hand out the runs of a paused work pool again")
    {
        _pause = pause;
        Arguments.Add(_name);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await session.Client.UpdateWorkPoolAsync(pool.Name, new WorkPoolUpdate { IsPaused = _pause }, ct);
        session.Terminal.Out.WriteLine($"{(_pause ? "Paused" : "Resumed")} work pool '{pool.Name}'.");
        return ExitCodes.Done;
    }
}
