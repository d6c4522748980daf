using System.Reflection;
using Reeve.Calls;
using Reeve.Engine;
using Reeve.Hosting;

/// <summary>
/// Run by the .NET host before <c>Main</c> when this library is named in <c>DOTNET_STARTUP_HOOKS</c>. With <c>REEVE_FLOW_RUN_ID</c> set it runs that
/// flow run and ends the process; with <c>REEVE_TASK_PIPE</c> it runs the calls of tasks that its parent sends; otherwise it does nothing. The host finds it by this name, in no namespace.
/// </summary>
internal static class StartupHook
{
    private const string Hooks = "DOTNET_STARTUP_HOOKS";
    private const string FlowRunId = "REEVE_FLOW_RUN_ID";
    private const string Entrypoint = "REEVE_FLOW_ENTRYPOINT";
    private const string Lease = "REEVE_FLOW_RUN_LEASE";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(TaskProcess.PipeVariable) is { Length: > 0 } pipe)
        {
            ForgetEnvironment();
            Environment.Exit(Intercepted.Wait(() => TaskProcessHost.RunAsync(pipe)));
        }

        if (Environment.GetEnvironmentVariable(FlowRunId) is not { Length: > 0 } id)
            return;
        var entrypoint = Environment.GetEnvironmentVariable(Entrypoint);
        var lease = Environment.GetEnvironmentVariable(Lease);
        ForgetEnvironment();
        if (Run(id, entrypoint, lease) is { } code)
            Environment.Exit(code);
    }

    /// <summary>The exit code; null when <c>Main</c> has to run first, to build the host that makes the flow's instance.</summary>
    private static int? Run(string id, string? entrypoint, string? lease)
    {
        if (!Guid.TryParse(id, out var flowRunId))
            return Refuse($"{FlowRunId} is '{id}', which is not an id");
        if (string.IsNullOrEmpty(entrypoint))
            return Refuse($"{Entrypoint} is not set; it names the flow's method, such as Hello or Flows.Hello");
        Guid token = default;
        if (!string.IsNullOrEmpty(lease) && !Guid.TryParse(lease, out token))
            return Refuse($"{Lease} is not a lease's token");
        if (Assembly.GetEntryAssembly() is not { } program)
            return Refuse("The process has no program to take the flow from");
        Guid? held = token == default ? null : token;
        if (HostedRun.IsNeeded(program, entrypoint))
        {
            new HostedRun(program, flowRunId, entrypoint, held).Watch();
            return null;
        }

        return Intercepted.Wait(() => FlowProcess.RunAsync(program, flowRunId, entrypoint, held));
    }

    // Programs that the flow starts inherit the environment: without this, a .NET one among them would run the flow again instead of itself.
    private static void ForgetEnvironment()
    {
        var others = (Environment.GetEnvironmentVariable(Hooks) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(hook => Path.GetFileNameWithoutExtension(hook) != typeof(StartupHook).Assembly.GetName().Name);
        Environment.SetEnvironmentVariable(Hooks, string.Join(Path.PathSeparator, others) is { Length: > 0 } rest ? rest : null);
        Environment.SetEnvironmentVariable(FlowRunId, null);
        Environment.SetEnvironmentVariable(Entrypoint, null);
        Environment.SetEnvironmentVariable(Lease, null);
        Environment.SetEnvironmentVariable(TaskProcess.PipeVariable, null);
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
