using System.Text.Json;

namespace Reeve.Server.Tests.Fuzz;

/// <summary>An operation of the served document.</summary>
internal sealed record FuzzedOperation(string Method, string Path, List<FuzzedParameter> Parameters, JsonElement? Body, Dictionary<int, JsonElement?> Answers)
{
    internal string Name => $"{Method} {Path}";

    /// <summary>What it is about: "flows" of /api/flows/{id}.</summary>
    internal string Noun => Path.Split('/').ElementAtOrDefault(2) ?? "";

    internal bool EmptiesDatabase => Path.StartsWith("/api/admin/database/", StringComparison.Ordinal);

    internal static List<FuzzedOperation> Read(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select new FuzzedOperation(
               operation.Name.ToUpperInvariant(),
               path.Name,
               operation.Value.TryGetProperty("parameters", out var parameters)
                   ? [.. parameters.EnumerateArray().Select(p => new FuzzedParameter(p.GetProperty("name").GetString()!, p.GetProperty("in").GetString()!, p.GetProperty("required").GetBoolean(), p.GetProperty("schema")))]
                   : [],
               operation.Value.TryGetProperty("requestBody", out var body) ? SchemaOf(body) : null,
               operation.Value.GetProperty("responses").EnumerateObject().Where(a => !a.Value.TryGetProperty("$ref", out _)).ToDictionary(a => int.Parse(a.Name, System.Globalization.CultureInfo.InvariantCulture), a => SchemaOf(a.Value))),
    ];

    private static JsonElement? SchemaOf(JsonElement holder) =>
        holder.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json) ? json.GetProperty("schema") : null;
}

internal sealed record FuzzedParameter(string Name, string In, bool Required, JsonElement Schema);
