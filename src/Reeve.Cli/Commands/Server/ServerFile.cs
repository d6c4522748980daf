using System.Diagnostics;
using System.Globalization;

namespace Reeve.Cli.Commands.Server;

/// <summary>What the file <c>server.pid</c> of a home says of the server that runs there: process, when it began (a pid alone may be another's by now), address.</summary>
internal sealed record ServerFile(int Pid, long Began, string Address)
{
    public static string PathIn(string home) => Path.Combine(home, "server.pid");

    public static string LogIn(string home) => Path.Combine(home, "server.log");

    /// <summary>The server that runs on a home; null when none does, even if a file was left behind.</summary>
    public static ServerFile? FindRunning(string home)
    {
        var path = PathIn(home);
        if (!File.Exists(path) || File.ReadAllText(path).Split('\n') is not [var pid, var began, var address, ..])
            return null;
        var file = new ServerFile(int.Parse(pid, CultureInfo.InvariantCulture), long.Parse(began, CultureInfo.InvariantCulture), address);
        return file.IsAlive ? file : null;
    }

    public static ServerFile OfThisProcess(string address)
    {
        using var self = Process.GetCurrentProcess();
        return new ServerFile(self.Id, BeginOf(self), address);
    }

    public bool IsAlive
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(Pid);
                return !process.HasExited && Math.Abs(BeginOf(process) - Began) <= 2;
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                return false; // there is no such process
            }
        }
    }

    public void Write(string home)
    {
        Directory.CreateDirectory(home);
        File.WriteAllText(PathIn(home), string.Create(CultureInfo.InvariantCulture, $"{Pid}\n{Began}\n{Address}\n"));
    }

    /// <summary>Removes the file if it is still this server's.</summary>
    public void Remove(string home)
    {
        if (File.Exists(PathIn(home)) && File.ReadAllText(PathIn(home)).StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Pid}\n"), StringComparison.Ordinal))
            File.Delete(PathIn(home));
    }

    private static long BeginOf(Process process) => new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
}
