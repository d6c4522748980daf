using System.Buffers;
using System.Text;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Results;

/// <summary>
/// The results of runs, by what their options say of serializer and storage. Where they say nothing, results are the <see cref="ResultStore"/>'s.
/// </summary>
internal sealed class RunResults(ResultStore plain, ResultPlaces places, RunDefaults defaults)
{
    /// <summary>Whether the result of a run is stored.</summary>
    public bool IsKept(RunDescriptor run) =>
        run.PersistResult ?? (run is TaskDescriptor { IsCached: true } or { ResultStorage: not null } or { Storage: not null } or { ResultSerializer: not null } or { Serializer: not null }
            || defaults.PersistsResult(run is TaskDescriptor));

    /// <summary>The data of the state of a run that completed, its result stored where that is asked for.</summary>
    public async Task<JsonElement> WriteAsync<T>(RunDescriptor run, Guid runId, T value, CancellationToken ct)
    {
        if (!IsKept(run))
            return ResultStore.Unpersisted(value);
        var storage = run.ResultStorage ?? defaults.ResultStorage;
        var serializer = run.Serializer ?? ((run.ResultSerializer ?? defaults.ResultSerializer) is { } name ? ResultSerializers.Of(name) : null);
        if (run.Storage is null && storage is null && serializer is null)
            return await plain.WriteAsync(runId, value, ct);
        var content = new ArrayBufferWriter<byte>();
        (serializer ??= ResultSerializers.Json).Write(content, value);
        if (run.Storage is null && storage == "server")
            return Inside(serializer, content.WrittenMemory, value);
        var place = run.Storage ?? await places.FindAsync(storage ?? Path.GetDirectoryName(plain.PathOf(runId))!, ct);
        await place.WriteAsync(runId.ToString(), content.WrittenMemory, ct);
        var location = place.Locate(runId.ToString());
        return ResultStore.Data(
            writer =>
            {
                writer.WriteString("artifact_description", $"Result of type `{ResultStore.TypeName(value)}` persisted to: `{location}`");
                writer.WriteString("serializer_type", serializer.Name);
                writer.WriteString("storage_key", location);
                if (run.Storage is null && storage is not null)
                    writer.WriteString("storage", storage);
            },
            "reference");
    }

    /// <summary>Reads the result that a state's data holds or refers to.</summary>
    /// <returns>False when it was not stored, or is not where it was stored.</returns>
    public async Task<(bool IsThere, T? Value)> ReadAsync<T>(RunDescriptor run, JsonElement? data, CancellationToken ct)
    {
        if (data is not { ValueKind: JsonValueKind.Object } result || Text(result, "serializer_type") is not { } name)
            return Plain<T>(data);
        var serializer = run.Serializer?.Name == name ? run.Serializer : ResultSerializers.Of(name);
        if (Text(result, "content") is { } inside)
            return (true, serializer.Read<T>(name == "json" ? Encoding.UTF8.GetBytes(inside) : Convert.FromBase64String(inside)));
        if (Text(result, "storage_key") is not { } location)
            return Plain<T>(data);
        var place = Text(result, "storage") is { } storage ? await places.FindAsync(storage, ct) : run.Storage ?? new FolderStorage(".");
        return await place.ReadAsync(location, ct) is { } content ? (true, serializer.Read<T>(content)) : default;
    }

    private static (bool, T?) Plain<T>(JsonElement? data) => ResultStore.TryRead<T>(data, out var value) ? (true, value) : (false, default);

    private static JsonElement Inside<T>(IResultSerializer serializer, ReadOnlyMemory<byte> content, T value) => ResultStore.Data(
        writer =>
        {
            writer.WriteString("artifact_description", $"Result of type `{ResultStore.TypeName(value)}` kept in the state");
            writer.WriteString("serializer_type", serializer.Name);
            writer.WriteString("content", serializer.Name == "json" ? Encoding.UTF8.GetString(content.Span) : Convert.ToBase64String(content.Span));
        },
        "reference");

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
