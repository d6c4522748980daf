using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Reeve.Engine;

namespace Reeve.Hosting;

/// <summary>
/// A worker's run of a flow whose instance only the program's own host can make. <c>Main</c> runs until it has built its host; then the flow runs with
/// the host's services, and the process ends. The host itself is not started: what it would serve is no part of the run.
/// </summary>
internal sealed class HostedRun(Assembly program, Guid flowRunId, string entrypoint, Guid? lease) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Source = "Microsoft.Extensions.Hosting";
    private const string Built = "HostBuilt";

    /// <summary>Whether this program's flow needs a host.</summary>
    public static bool IsNeeded(Assembly program, string entrypoint) =>
        FlowCatalog.Find(FlowCatalog.Of(program), entrypoint, out _) is { Invoke: null, InvokeOn: not null };

    public void Watch()
    {
        DiagnosticListener.AllListeners.Subscribe(this);
        AppDomain.CurrentDomain.ProcessExit += TellMissing;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == Source)
            value.Subscribe(this, static (name, _, _) => name == Built);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is not { Key: Built, Value: IHost host })
            return;
        var code = Intercepted.Wait(async () =>
        {
            await using var scope = host.Services.CreateAsyncScope();
            return await FlowProcess.RunAsync(program, flowRunId, entrypoint, lease, scope.ServiceProvider);
        });
        AppDomain.CurrentDomain.ProcessExit -= TellMissing;
        Environment.Exit(code);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private static void TellMissing(object? sender, EventArgs e) =>
        Console.Error.WriteLine("Main has ended without building a host, so there was nothing to make the flow's instance from.");
}
