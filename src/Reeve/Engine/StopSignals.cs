using System.Runtime.InteropServices;

namespace Reeve.Engine;

/// <summary>
/// While flow runs are under way, SIGTERM and Ctrl+C stop them, and the process ends when the last one's state is reported.
/// One registration serves all runs of the process: the first to end must not take the others' last words with it.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly List<RunStop> Watched = [];
    private static PosixSignalRegistration[] s_registrations = [];
    private static int? s_exitCode;
    private readonly RunStop _stop;

    public StopSignals(RunStop stop)
    {
        _stop = stop;
        lock (Gate)
        {
            Watched.Add(stop);
            if (Watched.Count == 1)
                s_registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle)];
        }
    }

    /// <summary>The exit code that tells of the signal (128 and its number), once every other run has ended; null when none came.</summary>
    public int? ExitCode
    {
        get
        {
            lock (Gate)
                return Watched.All(stop => stop == _stop) ? s_exitCode : null;
        }
    }

    private static void Handle(PosixSignalContext context)
    {
        RunStop[] stops;
        lock (Gate)
        {
            if (s_exitCode is not null)
            {
                // A second Ctrl+C means it: the runtime's own handling ends the process. A second SIGTERM is mostly the first one again, once to
                // the whole group and once from the process that started this one; who means it has SIGKILL.
                context.Cancel = context.Signal == PosixSignal.SIGTERM;
                return;
            }

            s_exitCode = context.Signal == PosixSignal.SIGINT ? 130 : 143;
            stops = [.. Watched];
        }

        context.Cancel = true;
        foreach (var stop in stops)
            stop.Request(StopCause.Interrupted, $"The process was ended by {context.Signal}");
    }

    public void Dispose()
    {
        PosixSignalRegistration[] ended = [];
        lock (Gate)
        {
            Watched.Remove(_stop);
            if (Watched.Count == 0)
                (ended, s_registrations) = (s_registrations, []);
        }

        foreach (var registration in ended)
            registration.Dispose();
    }
}
