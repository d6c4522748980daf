using System.Buffers;
using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Engine;

/// <summary>Where the arguments of a call came from: the run graph draws its edges from this.</summary>
internal static class TaskInputs
{
    /// <summary>The name for runs that the call only waits for, as other clients write it.</summary>
    private const string WaitFor = "wait_for";

    /// <summary>The name for runs whose result the lambda was given but did not hand on as it was.</summary>
    private const string Elsewhere = "upstream";

    public static JsonElement Of(IReadOnlyList<string> parameters, object?[] arguments, CallScope? scope, ResultOrigins? origins)
    {
        if (parameters.Count == 0 && scope is not { Sources.Count: > 0 } and not { WaitsFor.Count: > 0 })
            return WireJson.EmptyObject;
        var open = scope?.Sources.ToList() ?? [];
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < parameters.Count; i++)
            {
                var argument = i < arguments.Length ? arguments[i] : null;
                Write(writer, parameters[i], [.. Given(open, argument), .. origins?.Of(argument) ?? []]);
            }

            if (open.Count > 0)
                Write(writer, Elsewhere, [.. open.SelectMany(source => source.TaskRuns)]);
            if (scope is { WaitsFor.Count: > 0 })
                Write(writer, WaitFor, scope.WaitsFor);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    // A value is told by what it is, not by its place: the lambda may order its arguments as it likes.
    private static IEnumerable<Guid> Given(List<ResultOrigin> open, object? argument)
    {
        var found = argument is null ? null : open.Find(source => ReferenceEquals(source.Value, argument) || (argument is ValueType or string && argument.Equals(source.Value)));
        if (found is null)
            return [];
        open.Remove(found);
        return found.TaskRuns;
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<Guid> runs)
    {
        writer.WriteStartArray(name);
        foreach (var run in runs.Distinct())
        {
            writer.WriteStartObject();
            writer.WriteString("input_type", "task_run");
            writer.WriteString("id", run);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
