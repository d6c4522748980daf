using System.Diagnostics;
using System.Globalization;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server;

/// <summary>Starts the server as a process of its own session, its output in the home's <c>server.log</c>.</summary>
internal static class BackgroundServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<int> StartAsync(IReadOnlyList<string> flags, CliSession session, CancellationToken ct)
    {
        var home = session.Settings.Home;
        Directory.CreateDirectory(home);
        using var process = Start(home, session.Folder, [.. ProfileArguments(session), "server", "start", .. flags]);
        var start = session.Time.GetTimestamp();
        ServerFile? server;
        while ((server = ServerFile.FindRunning(home)) is null)
        {
            if (process.HasExited || session.Time.GetElapsedTime(start) > Patience)
                throw new CliException("the server did not start; its last words:\n" + Tail(home), $"the whole log: {ServerFile.LogIn(home)}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), session.Time, ct);
        }

        session.Terminal.Out.WriteLine($"Reeve is up at {server.Address} (process {server.Pid.ToString(CultureInfo.InvariantCulture)}, log {ServerFile.LogIn(home)}).\nStop it: {CommandName.Text} server stop");
        return ExitCodes.Done;
    }

    // A shell opens the log: the runtime cannot start a program with its output in a file, and a pipe would end with this process.
    private static Process Start(string home, string folder, IReadOnlyList<string> arguments)
    {
        if (OperatingSystem.IsWindows())
            throw new CliException("--background is for Unix", "start it in a window of its own");
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = folder };
        start.Environment["REEVE_HOME"] = home;
        start.Environment["REEVE_SERVER_LOG"] = ServerFile.LogIn(home);
        const string Script = """if command -v setsid >/dev/null; then exec setsid "$@" >"$REEVE_SERVER_LOG" 2>&1 </dev/null; else trap '' HUP; exec "$@" >"$REEVE_SERVER_LOG" 2>&1 </dev/null; fi""";
        foreach (var argument in (IEnumerable<string>)["-c", Script, "sh", .. SelfCommand.Words, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static IEnumerable<string> ProfileArguments(CliSession session) => session.ProfileName is { } profile ? ["--profile", profile] : [];

    private static string Tail(string home) =>
        File.Exists(ServerFile.LogIn(home)) ? string.Join('\n', File.ReadLines(ServerFile.LogIn(home)).TakeLast(15)) : "(none)";
}
