using System.Buffers;
using System.IO.Pipes;
using System.Reflection;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>The child's side: runs the calls that its parent sends, one at a time, until the parent is gone.</summary>
internal sealed class TaskProcessHost(EngineSession session, Stream pipe)
{
    // The parent listens before it starts a child: one that does not answer is gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string pipe)
    {
        await using var stream = new NamedPipeClientStream(".", pipe, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await stream.ConnectAsync(Patience, CancellationToken.None);
        var session = EngineSession.Current;
        await new TaskProcessHost(session, stream).ServeAsync();
        await session.FlushAsync();
        return 0;
    }

    private async Task ServeAsync()
    {
        var next = TaskProcessMessages.ReadAsync(pipe, CancellationToken.None);
        while (await next is { } message)
        {
            var request = JsonSerializer.Deserialize(message, TaskProcessJson.Default.TaskProcessRequest)!;
            next = TaskProcessMessages.ReadAsync(pipe, CancellationToken.None);
            if (request.Stop)
                continue; // for a call that has just ended
            using var stop = new CancellationTokenSource();
            var call = Task.Run(() => AnswerAsync(request, stop.Token));
            if (await Task.WhenAny(call, next) == next)
            {
                await stop.CancelAsync();
                if (await next is null)
                    return; // without a parent nobody wants the answer
                next = TaskProcessMessages.ReadAsync(pipe, CancellationToken.None);
            }

            await TaskProcessMessages.WriteAsync(pipe, JsonSerializer.SerializeToUtf8Bytes(await call, TaskProcessJson.Default.TaskProcessAnswer), CancellationToken.None);
        }
    }

    private async Task<TaskProcessAnswer> AnswerAsync(TaskProcessRequest request, CancellationToken ct)
    {
        var logger = RunLogger.ForTaskRun(session, request.FlowRunId, request.RunId, request.RunName, request.LogsPrints);
        try
        {
            var task = TaskCatalog.Of(Assembly.Load(request.Assembly)).FirstOrDefault(task => task.Key == request.Key)
                ?? throw new InvalidOperationException($"The program that was started again has no task '{request.Key}'");
            task = task with { Tags = request.Tags };
            var arguments = TaskArguments.Read(task, request.Arguments!.Value);
            TaskRunContext.Current = new TaskRunContext(session, task, arguments, request.RunId, request.RunName, logger)
            {
                Attempt = request.Attempt,
                FlowRunId = request.FlowRunId,
                CancellationToken = ct,
            };
            var value = await TaskArguments.Declared(task).Invoke!(arguments, ct);
            return new TaskProcessAnswer { Result = Json(value) };
        }
        catch (Exception e)
        {
            return new TaskProcessAnswer { ErrorType = e.GetType().AssemblyQualifiedName, Error = e.Message, Trace = e.StackTrace };
        }
        finally
        {
            logger.EndPrints();
        }
    }

    private static JsonElement Json(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ParameterJson.Write(writer, value);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
