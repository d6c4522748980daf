using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>
/// What the proposals of a task run say of the cache. The server keeps it: it answers Running with the completed state that is known under the key.
/// </summary>
internal sealed record CacheEntry(string Key, TimeSpan Expiration, bool IsRefreshed, TimeProvider Time)
{
    /// <summary>The entry of a call; null when it is not cached.</summary>
    public static CacheEntry? Of(EngineSession session, FlowRunContext? flow, TaskDescriptor task, TaskRunCreate run, object?[] arguments, RunLogger logger)
    {
        if (session.Defaults.IsCachingOff)
            return null;
        if (!session.RunResults.IsKept(task))
        {
            logger.Warning("The task is not cached, because its result is not stored: PersistResult is false");
            return null;
        }

        try
        {
            return KeyOf(task, flow, run, arguments) is { Length: > 0 } key
                ? new(key, TimeSpan.FromSeconds(task.CacheExpirationSeconds), task.RefreshCache ?? session.Defaults.RefreshesCache, session.Time)
                : null;
        }
        catch (Exception e)
        {
            logger.Error(e, "The cache key could not be made, so the task runs without the cache:");
            return null;
        }
    }

    public StateDetails? DetailsOf(StateType state) => state switch
    {
        StateType.Running => new StateDetails { CacheKey = Key, RefreshCache = IsRefreshed ? true : null },
        StateType.Completed => new StateDetails { CacheKey = Key, CacheExpiration = Expiration > TimeSpan.Zero ? Time.GetUtcNow() + Expiration : null },
        _ => null,
    };

    private static string? KeyOf(TaskDescriptor task, FlowRunContext? flow, TaskRunCreate run, object?[] arguments)
    {
        var policy = task.CachePolicy;
        var own = task.CacheKey?.Invoke(arguments);
        if (task.CacheKey is not null && own is null)
            return null;
        if (policy.Key is { } make)
        {
            if (make(task.ArgumentsByName(arguments)) is not { } made)
                return null;
            own = own is null ? made : own + made;
        }

        // A key of one's own stands as it is, so that tasks can share it. What we make ourselves is one task's alone.
        return policy.By == CacheBy.None ? own : Digest(task, policy, flow, run, arguments, own);
    }

    private static string Digest(TaskDescriptor task, CachePolicy policy, FlowRunContext? flow, TaskRunCreate run, object?[] arguments, string? own)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add("task", task.Key);
        if (own is not null)
            Add("own", own);
        if (policy.By.HasFlag(CacheBy.TaskSource))
            Add("source", task.Source ?? task.Version ?? "");
        if (policy.By.HasFlag(CacheBy.RunId))
            Add("run", (flow?.Id ?? run.Id)?.ToString() ?? "");
        if (policy.By.HasFlag(CacheBy.FlowParameters) && flow is { Parameters.ValueKind: JsonValueKind.Object })
            Add("parameters", flow.Parameters.GetRawText());
        if (policy.By.HasFlag(CacheBy.Inputs))
            Add("inputs", Inputs(task, policy, arguments));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // Each part with its length, so that no two lists of parts read alike.
        void Add(string part, string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(Encoding.UTF8.GetBytes($"{part}:{bytes.Length}:"));
            hash.AppendData(bytes);
        }
    }

    private static string Inputs(TaskDescriptor task, CachePolicy policy, object?[] arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < arguments.Length; i++)
            {
                if (policy.Excluded.Contains(task.ParameterNames[i]))
                    continue;
                writer.WritePropertyName(task.ParameterNames[i]);
                ParameterJson.Write(writer, arguments[i]);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
