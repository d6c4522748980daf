using System.Buffers;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>The arguments of a task's call as JSON, for a process that was not called by code.</summary>
internal static class TaskArguments
{
    /// <exception cref="NotSupportedException">The method cannot be called from outside, or an argument has no JSON form.</exception>
    public static JsonElement Write(TaskDescriptor task, object?[] arguments)
    {
        var parameters = Declared(task).Parameters!();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < parameters.Count; i++)
            {
                writer.WritePropertyName(parameters[i].Name);
                try
                {
                    parameters[i].Write(writer, arguments[i]);
                }
                catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
                {
                    throw new NotSupportedException($"Task '{task.Name}' is to run in another process, but its argument '{parameters[i].Name}' of type {arguments[i]?.GetType().Name} has no JSON form: {e.Message}", e);
                }
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <exception cref="JsonException">An argument is missing or of another form; every fault is named.</exception>
    public static object?[] Read(TaskDescriptor task, JsonElement given)
    {
        var parameters = task.Parameters!();
        var arguments = new object?[parameters.Count];
        var faults = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (given.ValueKind == JsonValueKind.Object && given.TryGetProperty(parameters[i].Name, out var json))
            {
                if (!parameters[i].TryRead(json, out arguments[i], out var fault))
                    faults.Add(fault!);
            }
            else if (parameters[i].IsRequired)
            {
                faults.Add($"'{parameters[i].Name}' is required");
            }
            else
            {
                arguments[i] = parameters[i].Default;
            }
        }

        return faults.Count == 0 ? arguments : throw new JsonException($"The stored arguments do not fit task '{task.Name}': {string.Join("; ", faults)}");
    }

    /// <summary>The task as its own assembly describes it: that description can be called.</summary>
    public static TaskDescriptor Declared(TaskDescriptor task)
    {
        var declared = task.Invoke is null ? TaskCatalog.Find(task.Key)?.Task : task;
        return declared is { Invoke: not null, Parameters: not null }
            ? declared
            : throw new NotSupportedException($"Task '{task.Name}' is an instance method of '{task.Type}', which another process cannot make without arguments; make the method static");
    }
}
