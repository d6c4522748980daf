using System.Diagnostics;
using System.Text;

namespace Reeve.Bench;

/// <summary>The processes of a PostgreSQL on this machine that serve one database. Those that write its files for all are not among them.</summary>
internal sealed class DatabaseProcesses(string name)
{
    /// <summary>Null where there are none, or the machine does not tell.</summary>
    public TimeSpan? CpuTime()
    {
        TimeSpan? sum = null;
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    // such a process names itself: "postgres: reeve reeve_db 127.0.0.1(40112) idle"
                    if (process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)
                        && Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process.Id}/cmdline")).Split(' ') is ["postgres:", _, var database, ..] && database == name)
                        sum = (sum ?? TimeSpan.Zero) + process.TotalProcessorTime;
                }
                catch (Exception fault) when (fault is IOException or InvalidOperationException or UnauthorizedAccessException)
                {
                    // it ended meanwhile
                }
            }
        }
        return sum;
    }

    /// <summary>The database that a connection text names; null: it is no PostgreSQL.</summary>
    public static DatabaseProcesses? Of(string? connection)
    {
        if (connection is null)
            return null;
        if (connection.StartsWith("postgres", StringComparison.Ordinal))
            return new(new Uri(connection).AbsolutePath.Trim('/'));
        foreach (var part in connection.Split(';'))
            if (part.Split('=', 2) is [var key, var value] && key.Trim().Equals("Database", StringComparison.OrdinalIgnoreCase))
                return new(value.Trim());
        return null;
    }
}
