using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>The child processes of one flow run's task runner. A process is started when a call finds none idle; how many is bounded by the calls that run at once.</summary>
internal sealed class TaskProcesses(EngineSession session, int most) : IAsyncDisposable
{
    private readonly ConcurrentBag<TaskProcess> _idle = [];
    private readonly Slots _slots = new(most);

    public async Task<T> CallAsync<T>(TaskDescriptor task, JsonElement arguments, CancellationToken ct)
    {
        var run = TaskRunContext.Current!;
        var assembly = TaskCatalog.Find(task.Key)?.Assembly.FullName ?? throw new NotSupportedException($"Task '{task.Name}' is not registered by its assembly: was that built with the Reeve package?");
        await _slots.EnterAsync(new Slots.Waiter(), ct); // nested calls have no slot of the flow's, but a process each they cannot have
        try
        {
            var process = _idle.TryTake(out var idle) ? idle : await TaskProcess.StartAsync(session, ct);
            try
            {
                var answer = await process.CallAsync(
                    new TaskProcessRequest
                    {
                        Key = task.Key,
                        Assembly = assembly,
                        Arguments = arguments,
                        RunId = run.Id,
                        RunName = run.Name,
                        FlowRunId = FlowRunContext.Current?.Id,
                        Attempt = run.Attempt,
                        Tags = run.Tags,
                        LogsPrints = run.Logger.LogsPrints,
                    },
                    ct);
                return Read<T>(answer, ct);
            }
            finally
            {
                if (process.IsLost)
                    await process.DisposeAsync();
                else
                    _idle.Add(process);
            }
        }
        finally
        {
            _slots.Leave();
        }
    }

    private static T Read<T>(TaskProcessAnswer answer, CancellationToken ct)
    {
        if (answer.ErrorType is null)
            return answer.Result is { ValueKind: not JsonValueKind.Null } result && typeof(T) != typeof(Nothing) ? ParameterJson.Read<T>(result)! : default!;
        ct.ThrowIfCancellationRequested();
        var error = Known(answer) ?? new TaskProcessException(answer.ErrorType, answer.Error ?? "");
        throw answer.Trace is null ? error : ExceptionDispatchInfo.SetRemoteStackTrace(error, answer.Trace);
    }

    // The author catches what the author threw: by its type, where that can be made of a message alone.
    private static Exception? Known(TaskProcessAnswer answer)
    {
        try
        {
            return Type.GetType(answer.ErrorType!) is { } type && type.IsAssignableTo(typeof(Exception)) && type.GetConstructor([typeof(string)]) is { } make
                ? (Exception)make.Invoke([answer.Error])
                : null;
        }
        catch (Exception e) when (e is System.Reflection.TargetInvocationException or TypeLoadException or IOException or BadImageFormatException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_idle.Select(process => process.DisposeAsync().AsTask()));
}
