using System.Buffers;
using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Engine;

/// <summary>Turns a run's parameters into arguments and back. Faults are collected, so that one answer names them all.</summary>
internal static class ParameterBinder
{
    public static object?[] Bind(FlowDescriptor flow, JsonElement given, List<string> faults)
    {
        var arguments = new object?[flow.Parameters.Count];
        var check = flow.ParameterSchema is { } schema ? new SchemaCheck(WireJson.Parse(schema)) : null;
        for (var i = 0; i < arguments.Length; i++)
        {
            var parameter = flow.Parameters[i];
            if (given.ValueKind == JsonValueKind.Object && given.TryGetProperty(parameter.Name, out var json))
            {
                var isRead = parameter.TryRead(json, out arguments[i], out var fault);
                var found = check?.Faults(parameter.Name, json) ?? [];

                // The reader stops at the first fault of an object or list; the schema goes on. What can be read may still be out of its bounds.
                if (isRead)
                    faults.AddRange(found.Where(one => one.IsBound).Select(one => one.Message));
                else if (found.Count > 0 && json.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    faults.AddRange(found.Select(one => one.Message));
                else
                    faults.Add(fault!);
            }
            else if (parameter.IsRequired)
            {
                faults.Add($"'{parameter.Name}' is required");
            }
            else
            {
                arguments[i] = parameter.Default;
            }
        }

        if (given.ValueKind == JsonValueKind.Object)
            faults.AddRange(given.EnumerateObject().Where(p => flow.Parameters.All(known => known.Name != p.Name)).Select(p => Unknown(flow, p.Name)));
        return arguments;
    }

    /// <summary>Holds the parameters of a call by hand against the bounds that their attributes say.</summary>
    /// <exception cref="ParameterValidationException">There are faults.</exception>
    public static void CheckBounds(FlowDescriptor flow, JsonElement parameters)
    {
        if (flow.ParameterSchema is not { } schema)
            return;
        var check = new SchemaCheck(WireJson.Parse(schema));
        var faults = parameters.EnumerateObject().SelectMany(parameter => check.Faults(parameter.Name, parameter.Value)).Where(fault => fault.IsBound).Select(fault => fault.Message).ToList();
        if (faults.Count > 0)
            throw new ParameterValidationException(faults);
    }

    /// <summary>The arguments of a call as the run's parameters. What has no JSON form is named by its type: the call itself keeps the value.</summary>
    public static JsonElement Write(FlowDescriptor flow, object?[] arguments)
    {
        if (arguments.Length == 0)
            return WireJson.EmptyObject;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            for (var i = 0; i < arguments.Length; i++)
            {
                writer.WritePropertyName(flow.Parameters[i].Name);
                writer.WriteRawValue(WriteOne(flow.Parameters[i], arguments[i]));
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static ReadOnlySpan<byte> WriteOne(FlowParameter parameter, object? value)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using var writer = new Utf8JsonWriter(buffer);
        try
        {
            parameter.Write(writer, value);
        }
        catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            buffer.Clear();
            writer.Reset(buffer);
            writer.WriteStringValue($"<{value?.GetType()}>");
        }

        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static string Unknown(FlowDescriptor flow, string name)
    {
        if (flow.Parameters.Count == 0)
            return $"'{name}' is not a parameter: flow '{flow.Name}' has none";
        var near = flow.Parameters.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));
        var hint = near is null ? $"it has {string.Join(", ", flow.Parameters.Select(p => $"'{p.Name}'"))}" : $"did you mean '{near.Name}'?";
        return $"'{name}' is not a parameter of flow '{flow.Name}': {hint}";
    }
}
