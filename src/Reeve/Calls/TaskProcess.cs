using System.Diagnostics;
using System.IO.Pipes;
using System.Reflection;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>One child process: this program, started again to run calls of tasks instead of its Main.</summary>
internal sealed class TaskProcess : IAsyncDisposable
{
    /// <summary>Names the pipe to the parent; the startup hook sees by it that the process is a child.</summary>
    public const string PipeVariable = "REEVE_TASK_PIPE";

    private const string Hooks = "DOTNET_STARTUP_HOOKS";
    private readonly NamedPipeServerStream _pipe;
    private readonly Process _process;
    private readonly EngineSession _session;

    private TaskProcess(EngineSession session, NamedPipeServerStream pipe, Process process)
    {
        _session = session;
        _pipe = pipe;
        _process = process;
    }

    public bool IsLost { get; private set; }

    public int Id => _process.Id;

    public static async Task<TaskProcess> StartAsync(EngineSession session, CancellationToken ct)
    {
        var name = $"reeve-{Environment.ProcessId}-{Guid.NewGuid():N}";
        var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        var process = Process.Start(Command(session, name)) ?? throw new TaskProcessLostException("The child process could not be started");
        process.StandardInput.Close();
        var child = new TaskProcess(session, pipe, process);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var connected = pipe.WaitForConnectionAsync(gone.Token);
        if (await Task.WhenAny(connected, process.WaitForExitAsync(gone.Token)) == connected && connected.IsCompletedSuccessfully)
            return child;
        await gone.CancelAsync();
        process.Kill(entireProcessTree: true); // it may not have reached the code that would end it
        await child.DisposeAsync();
        ct.ThrowIfCancellationRequested();
        throw new TaskProcessLostException("The child process ended before it could take a call. Does the program forbid startup hooks (StartupHookSupport)?");
    }

    /// <exception cref="TaskProcessLostException">The process ended first.</exception>
    public async Task<TaskProcessAnswer> CallAsync(TaskProcessRequest request, CancellationToken ct)
    {
        try
        {
            await SendAsync(request);
            var answer = TaskProcessMessages.ReadAsync(_pipe, CancellationToken.None);
            if (await IsStoppedAsync(answer, ct))
                await StopAsync(answer, ct);
            if (await answer is { } message)
                return JsonSerializer.Deserialize(message, TaskProcessJson.Default.TaskProcessAnswer)!;
        }
        catch (IOException)
        {
            // It is gone, as below.
        }

        IsLost = true;
        await EndedAsync(); // it has closed its pipe, which it does as it ends
        throw new TaskProcessLostException($"The child process {Id} that ran the task ended with exit code {_process.ExitCode} before the task did");
    }

    private static async Task<bool> IsStoppedAsync(Task answer, CancellationToken ct)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (ct.Register(asked.SetResult))
            return await Task.WhenAny(answer, asked.Task) != answer;
    }

    // As with code in this process there is a while to stop in; unlike it, a process that does not can be ended. A little before the engine would
    // leave the call behind: so the program never ends before its children.
    private async Task StopAsync(Task answer, CancellationToken ct)
    {
        await SendAsync(new TaskProcessRequest { Stop = true });
        await Task.WhenAny(answer, Task.Delay(_session.StopGrace * 0.9, _session.Time, CancellationToken.None));
        if (answer.IsCompleted)
            return;
        IsLost = true;
        _process.Kill(entireProcessTree: true);
        throw new OperationCanceledException(ct);
    }

    private Task SendAsync(TaskProcessRequest request) =>
        TaskProcessMessages.WriteAsync(_pipe, JsonSerializer.SerializeToUtf8Bytes(request, TaskProcessJson.Default.TaskProcessRequest), CancellationToken.None);

    internal static ProcessStartInfo Command(EngineSession session, string pipe)
    {
        var program = Assembly.GetEntryAssembly()?.Location;
        var engine = typeof(TaskProcess).Assembly.Location;
        if (string.IsNullOrEmpty(program) || engine.Length == 0 || Environment.ProcessPath is not { } host)
            throw new NotSupportedException("The process task runner starts this program again, and needs its assemblies as files: a single-file program has none. Use TaskRunner.ThreadPool.");
        var start = new ProcessStartInfo(host) { UseShellExecute = false, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(host) == "dotnet")
            start.ArgumentList.Add(program);
        var others = Environment.GetEnvironmentVariable(Hooks);
        start.Environment[Hooks] = string.IsNullOrEmpty(others) ? engine : engine + Path.PathSeparator + others;
        start.Environment[PipeVariable] = pipe;
        start.Environment["REEVE_API_URL"] = session.Client.Connection.ApiUrl.ToString();
        // A host's settings may be none of the environment's. Of two ways to be let in the child uses the one that its parent uses.
        if (session.Settings.ApiAuthString is { } login)
            start.Environment["REEVE_API_AUTH_STRING"] = login;
        else if (session.Settings.ApiKey is { } key)
            start.Environment["REEVE_API_KEY"] = key;
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        await _pipe.DisposeAsync(); // it ends by itself when its parent is gone, and sends its last log lines first
        await EndedAsync();
        _process.Dispose();
    }

    private async Task EndedAsync()
    {
        using var limit = new CancellationTokenSource(_session.FlushLimit, _session.Time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
