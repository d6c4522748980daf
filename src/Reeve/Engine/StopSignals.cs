using System.Runtime.InteropServices;

namespace Reeve.Engine;

/// <summary>While a flow run is under way, SIGTERM and Ctrl+C stop the run, and the process ends when its state is reported.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly RunStop _stop;

    public StopSignals(RunStop stop)
    {
        _stop = stop;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
    }

    /// <summary>The exit code that tells of the signal (128 and its number); null when none came.</summary>
    public int? ExitCode { get; private set; }

    private void Handle(PosixSignalContext context)
    {
        // A second signal means it: the runtime's own handling ends the process.
        if (ExitCode is not null)
            return;
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGINT ? 130 : 143;
        _stop.Request(StopCause.Interrupted, $"The process was ended by {context.Signal}");
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
