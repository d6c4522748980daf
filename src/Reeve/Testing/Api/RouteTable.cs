using System.Text.Json;
using Reeve.Protocol;

namespace Reeve.Testing.Api;

/// <summary>What the API in memory answers to. A route is a method and a path with <c>*</c> for any one segment; of two that fit, the first added counts.</summary>
internal sealed class RouteTable
{
    private readonly List<(RoutePattern Pattern, Func<MemoryCall, MemoryReply> Answer)> _routes = [];

    public void Add(string pattern, Func<MemoryCall, MemoryReply> answer) => _routes.Add((new RoutePattern(pattern), answer));

    public MemoryReply Answer(MemoryCall call)
    {
        foreach (var (pattern, answer) in _routes)
        {
            if (pattern.Fits(call.Method, call.Path))
                return answer(call);
        }

        return MemoryReply.Problem(404, "The API in memory of a FlowTestHost has no such route.");
    }
}

/// <summary>"POST flow_runs/*/set_state"; a path alone fits every method, and <c>*</c> alone every request.</summary>
internal sealed class RoutePattern
{
    private readonly string? _method;
    private readonly string[]? _path;

    public RoutePattern(string pattern)
    {
        var parts = pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _method = parts.Length > 1 ? parts[0].ToUpperInvariant() : null;
        _path = parts is [] or ["*"] ? null : parts[^1].Trim('/').Split('/');
    }

    public bool Fits(string method, string[] path) =>
        (_method is null || _method == method)
        && (_path is null || (_path.Length == path.Length && _path.Zip(path).All(pair => pair.First == "*" || pair.First == pair.Second)));
}

/// <summary>A request.</summary>
internal sealed record MemoryCall(string Method, string[] Path, byte[] Body, Guid? Lease, string Query)
{
    /// <summary>The id in the path.</summary>
    public Guid Id => Path.Select(part => Guid.TryParse(part, out var id) ? id : (Guid?)null).OfType<Guid>().FirstOrDefault();

    /// <summary>A segment of the path.</summary>
    public string Text(int index) => Uri.UnescapeDataString(Path[index]);

    public T Read<T>() => JsonSerializer.Deserialize(Body, WireJson.TypeInfo<T>()) ?? throw new JsonException($"expected {typeof(T).Name}");
}

/// <summary>An answer.</summary>
internal sealed record MemoryReply(int Status, byte[] Body)
{
    /// <summary>Seconds after which to ask again.</summary>
    public string? RetryAfter { get; init; }

    public static MemoryReply Nothing { get; } = new(204, []);

    public static MemoryReply Ok<T>(T body) => Json(200, body);

    public static MemoryReply Made<T>(T body) => Json(201, body);

    public static MemoryReply NotFound(string noun) => Problem(404, noun + " not found");

    /// <summary>200 with what was found, or 404.</summary>
    public static MemoryReply Found<T>(T? body, string noun)
        where T : class => body is null ? NotFound(noun) : Ok(body);

    public static MemoryReply Problem(int status, string detail) => new(status, JsonSerializer.SerializeToUtf8Bytes(new Problem { Detail = detail }, WireJson.TypeInfo<Problem>()));

    private static MemoryReply Json<T>(int status, T body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, WireJson.TypeInfo<T>()));
}
