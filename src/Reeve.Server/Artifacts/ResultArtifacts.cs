using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.Artifacts;

/// <summary>
/// What a state brings as its run's result is an artifact too. What the result says of that artifact (its key, type and description) stands there and not in the state.
/// </summary>
internal static class ResultArtifacts
{
    private const string Key = "artifact_key";
    private const string Type = "artifact_type";
    private const string Description = "artifact_description";

    /// <summary>Stores the artifact of a state that a run enters, if it brings a result; the state as it is to be stored.</summary>
    internal static async ValueTask<State> KeepAsync(Session session, State entered, Guid? flowRunId, Guid? taskRunId, DateTimeOffset now)
    {
        if (entered.Data is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } data || IsUnpersisted(data))
            return entered;
        var (result, isObject) = (Result(data), data.ValueKind == JsonValueKind.Object);
        await ArtifactsStore.AddAsync(
            session,
            Ids.New(now),
            new()
            {
                Key = isObject ? Text(data, Key) : null,
                Type = isObject ? Text(data, Type) : null,
                Description = isObject ? Text(data, Description) : null,
                Data = result,
                FlowRunId = flowRunId,
                TaskRunId = taskRunId,
            },
            now).ConfigureAwait(false);
        return entered with { Data = result };
    }

    /// <summary>The state says that there is no result to come back for.</summary>
    internal static bool IsUnpersisted(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("unpersisted");

    private static JsonElement Result(JsonElement data) => data.ValueKind == JsonValueKind.Object && data.EnumerateObject().Any(member => IsOfArtifact(member.Name))
        ? JsonSerializer.SerializeToElement(
            data.EnumerateObject().Where(member => !IsOfArtifact(member.Name)).ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal),
            WireJson.TypeInfo<Dictionary<string, JsonElement>>())
        : data;

    private static bool IsOfArtifact(string member) => member is Key or Type or Description;

    private static string? Text(JsonElement data, string member) =>
        data.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
