using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>
/// Identical calls of one process are made once: a hundred deployments that build the same image share it. Calls at the same time wait for the
/// first; what it failed with is theirs too, and is tried again by the next.
/// </summary>
internal sealed class OnceEach
{
    private readonly ConcurrentDictionary<string, Task<JsonObject>> _calls = [];

    /// <param name="facts">All that the outcome depends on. Only its hash is kept: there may be credentials in it.</param>
    public async Task<(JsonObject Outputs, bool IsNew)> RunAsync(JsonObject facts, Func<Task<JsonObject>> call, CancellationToken ct)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(facts.ToJsonString())));
        while (true)
        {
            var own = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
            var found = _calls.GetOrAdd(key, own.Task);
            if (found == own.Task)
                return (await MakeAsync(key, own, call), true);
            try
            {
                return ((JsonObject)(await found.WaitAsync(ct)).DeepClone(), false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                continue; // whoever made it was cancelled; this call was not
            }
        }
    }

    private async Task<JsonObject> MakeAsync(string key, TaskCompletionSource<JsonObject> own, Func<Task<JsonObject>> call)
    {
        try
        {
            var outputs = await call();
            own.SetResult((JsonObject)outputs.DeepClone());
            return outputs;
        }
        catch (Exception exception)
        {
            _calls.TryRemove(key, out _);
            if (exception is OperationCanceledException)
                own.SetCanceled(CancellationToken.None);
            else
                own.SetException(exception);
            _ = own.Task.Exception; // seen: nobody else may be waiting
            throw;
        }
    }
}
