using Reeve.Client;
using Reeve.Deployments.Steps;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli;

/// <summary>The one place that turns exceptions into what a user reads: a message and a next step, never a stack trace (unless REEVE_DEBUG=1).</summary>
internal static class FaultText
{
    public static int Write(Exception fault, CliSession session, CancellationToken ct)
    {
        if (fault is OperationCanceledException && ct.IsCancellationRequested)
            return ExitCodes.Interrupted;
        var error = session.Terminal.Error;
        var (message, hint, exitCode) = Describe(fault);
        error.WriteLine("Error: " + message);
        if (hint is not null)
            error.WriteLine("Hint: " + hint);
        if (session.Environment("REEVE_DEBUG") == "1")
            error.WriteLine(fault);
        return exitCode;
    }

    private static (string Message, string? Hint, int ExitCode) Describe(Exception fault) => fault switch
    {
        CliException e => (e.Message, e.Hint, e.ExitCode),
        ApiException or SettingsException or StepException or ServerStartException => (fault.Message, null, ExitCodes.Fault),
        IOException or UnauthorizedAccessException => (fault.Message, null, ExitCodes.Fault),
        _ => ($"this should not have happened ({fault.GetType().Name}): {fault.Message}", "REEVE_DEBUG=1 shows where; please report it", ExitCodes.Fault),
    };
}
