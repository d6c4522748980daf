using System.Diagnostics;

namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// Ends a program that a test has started, and removes its folder, should the tests be killed before they can: a shell that reads from a pipe
/// until its other end is gone. (The kernel's own signal for that comes when the thread that started the program ends, which threads of a pool do.)
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        while read -r _; do :; done
        kill "$1" 2>/dev/null
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
            kill -0 "$1" 2>/dev/null || break
            sleep 0.5
        done
        kill -9 "$1" 2>/dev/null
        rm -rf --one-file-system "$2"
        """;

    private readonly Process? _shell;

    public Watchdog(Process process, string folder)
    {
        if (!OperatingSystem.IsWindows())
            _shell = Process.Start(new ProcessStartInfo("sh", ["-c", Script, "watchdog", $"{process.Id}", folder]) { RedirectStandardInput = true });
    }

    public void Dispose()
    {
        _shell?.Kill();
        _shell?.WaitForExit();
        _shell?.Dispose();
    }
}
