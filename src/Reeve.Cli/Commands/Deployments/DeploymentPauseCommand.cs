using System.CommandLine;
using Reeve.Protocol.Deployments;

namespace Reeve.Cli.Commands.Deployments;

/// <summary><c>pause</c> and <c>resume</c>.</summary>
internal sealed class DeploymentPauseCommand : CliCommand
{
    private readonly bool _pause;
    private readonly Argument<string> _name = new("NAME") { Description = "The deployment: FLOW/DEPLOYMENT or its id" };

    public DeploymentPauseCommand(bool pause)
        : base(pause ? "pause" : "resume", pause ? "Make no more runs by schedule" : "Make runs by schedule again")
    {
        _pause = pause;
        Arguments.Add(_name);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (deployment, fullName) = await Lookup.DeploymentAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await session.Client.UpdateDeploymentAsync(deployment.Id, new DeploymentUpdate { Paused = _pause }, ct);
        session.Terminal.Out.WriteLine($"{(_pause ? "Paused" : "Resumed")} the schedules of '{fullName}'.");
        return ExitCodes.Done;
    }
}
