using System.CommandLine;
using System.Globalization;
using Reeve.Deployments.Running;

namespace Reeve.Cli.Commands.Server;

internal sealed class ServerStopCommand() : CliCommand("stop", "Stop the server of this home")
{
    // Longer than the server gives itself to finish what waits to be written.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var home = session.Settings.Home;
        if (ServerFile.FindRunning(home) is not { } server)
            throw new CliException($"no server runs on {home}");
        if (!ProcessGroup.TrySignal(server.Pid, ProcessGroup.SigTerm))
            throw new CliException($"process {server.Pid.ToString(CultureInfo.InvariantCulture)} cannot be signalled; it belongs to another user");
        for (var start = session.Time.GetTimestamp(); server.IsAlive; await Task.Delay(TimeSpan.FromMilliseconds(50), session.Time, ct))
        {
            if (session.Time.GetElapsedTime(start) > Patience)
                ProcessGroup.TrySignal(server.Pid, ProcessGroup.SigKill);
        }

        server.Remove(home);
        session.Terminal.Out.WriteLine($"Server stopped ({server.Address}).");
        return ExitCodes.Done;
    }
}
