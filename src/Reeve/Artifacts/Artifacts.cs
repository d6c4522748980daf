using System.Text.Json;
using System.Text.RegularExpressions;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Json;

namespace Reeve;

/// <summary>
/// What a run makes for people to look at: links, texts, tables, progress, pictures. Each belongs to the task run and flow run that made it. Artifacts of one key are
/// versions of one thing, of which the newest is shown; without a key an artifact stands only in its run.
/// </summary>
public static partial class Artifacts
{
    /// <summary>Keeps a link.</summary>
    /// <param name="url">Where it leads.</param>
    /// <param name="text">What is shown; default the address.</param>
    /// <param name="key">Lower-case letters, digits and dashes; null: no versions.</param>
    /// <param name="description">For people, in Markdown.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The artifact's id.</returns>
    /// <exception cref="ArgumentException">The key has other signs.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static Task<Guid> LinkAsync(string url, string? text = null, string? key = null, string? description = null, CancellationToken ct = default) =>
        CreateAsync("markdown", Text($"[{text ?? url}]({url})"), key, description, ct);

    /// <summary>Keeps a text in Markdown.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="key">Lower-case letters, digits and dashes; null: no versions.</param>
    /// <param name="description">For people, in Markdown.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The artifact's id.</returns>
    /// <exception cref="ArgumentException">The key has other signs.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static Task<Guid> MarkdownAsync(string markdown, string? key = null, string? description = null, CancellationToken ct = default) =>
        CreateAsync("markdown", Text(markdown), key, description, ct);

    /// <summary>Keeps a table, a row for each item and a column for each of its properties.</summary>
    /// <param name="rows">The rows: records, dictionaries or anonymous objects.</param>
    /// <param name="key">Lower-case letters, digits and dashes; null: no versions.</param>
    /// <param name="description">For people, in Markdown.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The artifact's id.</returns>
    /// <exception cref="ArgumentException">The key has other signs.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static Task<Guid> TableAsync<T>(IEnumerable<T> rows, string? key = null, string? description = null, CancellationToken ct = default) =>
        CreateAsync("table", Text(ArtifactTable.Write(rows)), key, description, ct);

    /// <summary>Keeps a progress, which <see cref="UpdateProgressAsync"/> then moves.</summary>
    /// <param name="percent">From 0 to 100.</param>
    /// <param name="key">Lower-case letters, digits and dashes; null: no versions.</param>
    /// <param name="description">For people, in Markdown.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The artifact's id.</returns>
    /// <exception cref="ArgumentException">The key has other signs, or the progress is outside of 0 to 100.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static Task<Guid> ProgressAsync(double percent, string? key = null, string? description = null, CancellationToken ct = default) =>
        CreateAsync("progress", Percent(percent), key, description, ct);

    /// <summary>Moves a progress.</summary>
    /// <param name="artifact">What <see cref="ProgressAsync"/> returned.</param>
    /// <param name="percent">From 0 to 100.</param>
    /// <param name="description">Another description; null: it stays.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="ArgumentException">The progress is outside of 0 to 100.</exception>
    /// <exception cref="Reeve.Client.ApiException">There is no such artifact, or the API does not answer.</exception>
    public static async Task UpdateProgressAsync(Guid artifact, double percent, string? description = null, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var update = new ArtifactUpdate
        {
            Data = new Optional<JsonElement?>(Percent(percent)),
            Description = description is null ? default : new Optional<string>(description),
        };
        await here.Client.UpdateArtifactAsync(artifact, update, either.Token);
    }

    /// <summary>Keeps a picture by its address.</summary>
    /// <param name="url">Where browsers load it from.</param>
    /// <param name="key">Lower-case letters, digits and dashes; null: no versions.</param>
    /// <param name="description">For people, in Markdown.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The artifact's id.</returns>
    /// <exception cref="ArgumentException">The key has other signs.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static Task<Guid> ImageAsync(string url, string? key = null, string? description = null, CancellationToken ct = default) =>
        CreateAsync("image", Text(url), key, description, ct);

    /// <summary>Reads the newest artifact of a key, whichever run made it.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="ArgumentException">The key has other signs than keys have.</exception>
    /// <exception cref="Reeve.Client.ApiException">The API does not answer.</exception>
    public static async Task<Artifact?> FindLatestAsync(string key, CancellationToken ct = default)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        return await here.Client.FindLatestArtifactAsync(Checked(key)!, either.Token);
    }

    private static async Task<Guid> CreateAsync(string type, JsonElement data, string? key, string? description, CancellationToken ct)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var create = new ArtifactCreate
        {
            Key = Checked(key),
            Type = type,
            Description = description,
            Data = data,
            FlowRunId = here.FlowRunId,
            TaskRunId = here.TaskRunId,
        };
        return (await here.Client.CreateArtifactAsync(create, either.Token)).Id;
    }

    private static string? Checked(string? key) => key is null || Key().IsMatch(key)
        ? key
        : throw new ArgumentException($"An artifact's key has lower-case letters, digits and dashes only, such as 'daily-report'; '{key}' has not.", nameof(key));

    private static JsonElement Percent(double percent) => percent is >= 0 and <= 100
        ? AuthorJson.Element(writer => writer.WriteNumberValue(percent))
        : throw new ArgumentOutOfRangeException(nameof(percent), percent, "A progress is from 0 to 100.");

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, WireJson.TypeInfo<string>());

    [GeneratedRegex("^[a-z0-9-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Key();
}
