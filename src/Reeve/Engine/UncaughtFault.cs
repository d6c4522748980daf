using Reeve.Client;
using Reeve.Settings;

namespace Reeve.Engine;

/// <summary>
/// What the engine itself could not do (no server, a setting that makes no sense) is one message and exit code 1 when the program does not catch
/// it. An exception of the author's own is left to the runtime, and so is everything when REEVE_DEBUG is 1.
/// </summary>
internal static class UncaughtFault
{
    private static readonly Lock Gate = new();
    private static Exception? s_expected;

    /// <summary>Whether the message is all there is to say: the trace would be of the engine, not of the flow.</summary>
    public static bool IsEngines(Exception fault) => fault is ApiException or SettingsException or RunAbortedException or LeaseLostException;

    /// <summary>Watches for this fault, which is about to be thrown into the author's code.</summary>
    public static void Expect(Exception fault)
    {
        lock (Gate)
        {
            if (s_expected is null && Environment.GetEnvironmentVariable("REEVE_DEBUG") != "1")
                AppDomain.CurrentDomain.UnhandledException += End;
            s_expected = fault;
        }
    }

    /// <summary>The message for what nobody caught; null when it is not the expected fault.</summary>
    public static string? MessageOf(object uncaught)
    {
        // Task.Wait wraps what it throws.
        var fault = uncaught is AggregateException { InnerExceptions: [var only] } ? only : uncaught;
        lock (Gate)
            return ReferenceEquals(fault, s_expected) ? "Error: " + s_expected.Message : null;
    }

    private static void End(object sender, UnhandledExceptionEventArgs uncaught)
    {
        if (MessageOf(uncaught.ExceptionObject) is not { } message)
            return;
        Console.Error.WriteLine(message);
        Environment.Exit(1);
    }
}
