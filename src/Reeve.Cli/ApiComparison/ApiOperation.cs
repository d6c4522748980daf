using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reeve.Cli.ApiComparison;

/// <summary>An operation of an OpenAPI document, with what is compared of it.</summary>
internal sealed partial class ApiOperation
{
    private readonly JsonElement _components;

    private ApiOperation(string method, string path, JsonElement operation, JsonElement components)
    {
        (Method, Path, _components) = (method, path, components);
        Parameters = operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query").ToDictionary(p => p.GetProperty("name").GetString()!, StringComparer.Ordinal)
            : [];
        if (operation.TryGetProperty("requestBody", out var body))
        {
            Body = SchemaOf(body);
            BodyIsRequired = body.TryGetProperty("required", out var required) && required.GetBoolean();
        }
        Answers = operation.GetProperty("responses").EnumerateObject().Where(a => a.Name.StartsWith('2')).ToDictionary(a => a.Name, a => SchemaOf(a.Value), StringComparer.Ordinal);
    }

    /// <summary>In capitals.</summary>
    public string Method { get; }

    /// <summary>As clients call it: with <c>/api</c>, as its document writes parameters.</summary>
    public string Path { get; }

    public Dictionary<string, JsonElement> Parameters { get; }

    public ApiSchema? Body { get; }

    public bool BodyIsRequired { get; }

    /// <summary>Answers of success, by status; no schema: no body.</summary>
    public Dictionary<string, ApiSchema?> Answers { get; }

    /// <summary>What makes two operations the same one: neither the prefix nor names of parameters nor a slash at the end do.</summary>
    public string Key => $"{Method} {Parameter().Replace(Path, "{}")}";

    public ApiSchema SchemaOfParameter(string name) => new(_components, [Parameters[name].GetProperty("schema")]);

    /// <exception cref="CliException">It is no OpenAPI document.</exception>
    public static List<ApiOperation> Read(JsonElement document, string source)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("paths", out var paths) || paths.ValueKind != JsonValueKind.Object)
            throw new CliException($"{source} is no OpenAPI document: it has no 'paths'");
        var components = document.TryGetProperty("components", out var c) && c.TryGetProperty("schemas", out var schemas) ? schemas : default;
        return [.. from path in paths.EnumerateObject()
                   from method in path.Value.EnumerateObject()
                   where method.Name is "get" or "put" or "post" or "patch" or "delete" or "head" or "options"
                   select new ApiOperation(method.Name.ToUpperInvariant(), Normal(path.Name), method.Value, components)];
    }

    private ApiSchema? SchemaOf(JsonElement holder)
    {
        if (!holder.TryGetProperty("content", out var content))
            return null;
        var media = content.EnumerateObject().Where(m => m.Value.TryGetProperty("schema", out _)).ToList();
        return media is [] ? null : new ApiSchema(_components, media.Select(m => m.Value.GetProperty("schema")));
    }

    private static string Normal(string path)
    {
        path = path.TrimEnd('/');
        return path.StartsWith("/api/", StringComparison.Ordinal) ? path : "/api" + path;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
