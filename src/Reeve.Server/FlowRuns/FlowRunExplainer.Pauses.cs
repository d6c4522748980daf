using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.FlowRuns;

internal sealed partial class FlowRunExplainer
{
    private async ValueTask<FlowRunReason> PausedAsync(Session session, LoadedFlowRun run, State state, DateTimeOffset now)
    {
        var details = state.StateDetails;
        var until = details.PauseTimeout is { } timeout ? $" until {Text(timeout, now)}" : "";
        return details switch
        {
            { RunInputKeyset: { Count: > 0 } keys } => await WaitingForInputAsync(session, run, state, keys, until).ConfigureAwait(false),
            { PauseReschedule: true } => new()
            {
                Code = "suspended",
                Message = $"The run is suspended{until}; its process has ended, and a worker starts it again when it is resumed.",
                Since = state.Timestamp,
                Hint = $"reeve flow-run resume {run.Id}",
            },
            _ => new() { Code = "paused", Message = $"The run is paused{until}; its process waits.", Since = state.Timestamp, Hint = $"reeve flow-run resume {run.Id}" },
        };
    }

    // The keys say where the pause left its schema; a person wants to know the fields that are in it.
    private async ValueTask<FlowRunReason> WaitingForInputAsync(Session session, LoadedFlowRun run, State state, Dictionary<string, string> keys, string until)
    {
        var schema = keys.TryGetValue("schema", out var key) ? (await inputs.ReadAsync(session, run.Id, key).ConfigureAwait(false))?.Value : null;
        var fields = schema is null ? [] : Fields(schema);
        return new()
        {
            Code = "waiting_for_input",
            Message = fields.Count == 0
                ? $"The run waits for input{until}; which fields it has is not known here."
                : $"The run waits for input{until}: {string.Join("; ", fields.Select(Sentence))}.",
            Since = state.Timestamp,
            Fields = fields,
            Hint = $"reeve flow-run resume {run.Id} --input '{{{(fields.Count == 0 ? "…" : string.Join(", ", fields.Select(field => $"\"{field.Name}\": …")))}}}'",
        };
    }

    private static string Sentence(ReasonField field)
    {
        var kind = string.Join(", ", ((string?[])[field.Type, field.IsRequired ? null : "optional"]).OfType<string>());
        return field.Name + (kind.Length == 0 ? "" : $" ({kind})") + (field.Description is { } said ? $": {said.TrimEnd('.')}" : "");
    }

    // Any client may have written the schema, so whatever does not read as one has no fields.
    private static List<ReasonField> Fields(string schema)
    {
        try
        {
            var read = WireJson.Parse(schema);
            if (read.ValueKind != JsonValueKind.Object || !read.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
                return [];
            HashSet<string?> required = read.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString())]
                : [];
            return [.. properties.EnumerateObject().Select(field => new ReasonField(field.Name, KindOf(field.Value), Said(field.Value, "description"), required.Contains(field.Name)))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string? KindOf(JsonElement field) => field switch
    {
        { ValueKind: not JsonValueKind.Object } => null,
        _ when field.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array => $"one of {string.Join(", ", values.EnumerateArray().Select(value => value.ToString()))}",
        _ when field.TryGetProperty("type", out var types) && types.ValueKind == JsonValueKind.Array => string.Join(" or ", types.EnumerateArray().Select(type => type.ToString())),
        _ when Said(field, "type") is { } type => Said(field, "format") is { } format ? $"{type}, {format}" : type,
        _ when field.TryGetProperty("anyOf", out var kinds) && kinds.ValueKind == JsonValueKind.Array => string.Join(" or ", kinds.EnumerateArray().Select(KindOf).OfType<string>()) is { Length: > 0 } either ? either : null,
        _ => null,
    };

    private static string? Said(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
