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
    /// <summary>The data of the state of a run that completed, its result stored where that is asked for, or where a flow run that is run again would want it.</summary>
    /// <returns>With the fault that kept a result which nobody asked for from being stored.</returns>
    public async Task<(JsonElement Data, string? Fault)> WriteAsync<T>(RunDescriptor run, Guid runId, T value, bool mayBeRunAgain, CancellationToken ct)
    {
        switch (IsAskedFor(run))
        {
            case true:
                return (await WriteAsync(run, runId, value, ct), null);
            case null when mayBeRunAgain:
                var (data, fault) = await plain.TryWriteAsync(runId, value, ct);
                return (data ?? ResultStore.Unpersisted(value), fault);
            default:
                return (ResultStore.Unpersisted(value), null);
        }
    }

    /// <summary>Whether it was said that the run's result is to be stored.</summary>
    public bool IsKept(RunDescriptor run) => IsAskedFor(run) == true;

    private bool? IsAskedFor(RunDescriptor run) =>
        run.PersistResult ?? (run is TaskDescriptor { IsCached: true } or { ResultStorage: not null } or { Storage: not null } or { ResultSerializer: not null } or { Serializer: not null }
            ? true
            : defaults.PersistsResult(run is TaskDescriptor));

    private async Task<JsonElement> WriteAsync<T>(RunDescriptor run, Guid runId, T value, CancellationToken ct)
    {
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
    /// <returns>False when it was not stored, is not where it was stored, or is of another type by now.</returns>
    public async Task<(bool IsThere, T? Value)> ReadAsync<T>(RunDescriptor run, JsonElement? data, CancellationToken ct)
    {
        try
        {
            return await FindAsync<T>(run, data, ct);
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException or InvalidDataException)
        {
            return default;
        }
    }

    private async Task<(bool IsThere, T? Value)> FindAsync<T>(RunDescriptor run, JsonElement? data, CancellationToken ct)
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
