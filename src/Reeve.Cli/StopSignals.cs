using System.Runtime.InteropServices;

namespace Reeve.Cli;

/// <summary>Turns Ctrl+C, SIGTERM and SIGHUP into a token. A second one is not held back: it ends the process as if nobody listened.
/// A process that another one started for itself alone stops when its input ends, since that ends with its parent whatever became of it.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Set to 1 by a parent that holds the input open for as long as it lives.</summary>
    public const string InputVariable = "REEVE_STOP_AT_END_OF_INPUT";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private bool _disposed;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        if (Environment.GetEnvironmentVariable(InputVariable) == "1")
            WatchInput();
    }

    public CancellationToken Token => _stop.Token;

    private void OnSignal(PosixSignalContext context)
    {
        if (_stop.IsCancellationRequested)
            return;
        context.Cancel = true;
        _stop.Cancel();
    }

    // A thread of its own, which nobody waits for: the read may block until the process ends.
    private void WatchInput()
    {
        Environment.SetEnvironmentVariable(InputVariable, null); // not for what this process starts
        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            OnEndOfInput();
        })
        { IsBackground = true, Name = "end of input" };
        thread.Start();
    }

    private void OnEndOfInput()
    {
        lock (_gate)
        {
            if (!_disposed)
                _stop.Cancel();
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        lock (_gate)
        {
            _disposed = true;
            _stop.Dispose();
        }
    }
}
