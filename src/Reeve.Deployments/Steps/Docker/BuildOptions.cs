using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Steps.Docker;

/// <summary>The inputs that go to the engine's builder as they are, under the names that Docker's Python client has for them.</summary>
internal static partial class BuildOptions
{
    public static IReadOnlyList<StepInput> Inputs { get; } =
    [
        new("path", StepInputKind.Text),
        new("buildargs", StepInputKind.Map),
        new("target", StepInputKind.Text),
        new("platform", StepInputKind.Text),
        new("pull", StepInputKind.Flag),
        new("nocache", StepInputKind.Flag),
        new("rm", StepInputKind.Flag),
        new("forcerm", StepInputKind.Flag),
        new("quiet", StepInputKind.Flag),
        new("squash", StepInputKind.Flag),
        new("labels", StepInputKind.Any),
        new("network_mode", StepInputKind.Text),
        new("cache_from", StepInputKind.List),
        new("extra_hosts", StepInputKind.Any),
        new("shmsize", StepInputKind.Any),
        new("isolation", StepInputKind.Text),
        new("container_limits", StepInputKind.Map),
        new("use_config_proxy", StepInputKind.Flag),
        new("gzip", StepInputKind.Flag), // how a client sends the folder, which this one decides by itself
        new("encoding", StepInputKind.Text),
    ];

    /// <summary>Parameters of the engine's build call. What is wrong goes to <paramref name="faults"/>, all of it.</summary>
    public static List<KeyValuePair<string, string>> Query(JsonObject inputs, List<string> faults)
    {
        List<KeyValuePair<string, string>> query = [];
        void Add(string key, string? value)
        {
            if (value is not null)
                query.Add(new(key, value));
        }
        void Try(string key, Func<string?> read)
        {
            try
            {
                Add(key, read());
            }
            catch (StepException exception)
            {
                faults.Add(exception.Message);
            }
        }

        Try("pull", () => Flag(inputs, "pull", true));
        Try("nocache", () => Flag(inputs, "nocache", false));
        Try("rm", () => Flag(inputs, "rm", true)); // the containers of a build are of no use after it
        Try("forcerm", () => Flag(inputs, "forcerm", true));
        Try("q", () => Flag(inputs, "quiet", false));
        Try("squash", () => Flag(inputs, "squash", false));
        Try("target", () => inputs.Text("target"));
        Try("platform", () => inputs.Text("platform"));
        Try("networkmode", () => inputs.Text("network_mode"));
        Try("isolation", () => inputs.Text("isolation"));
        Try("buildargs", () => inputs["buildargs"] is null ? null : Map(inputs.Map("buildargs")));
        Try("labels", () => Labels(inputs["labels"]));
        Try("cachefrom", () => inputs["cache_from"] is null ? null : JsonSerializer.Serialize(inputs.Texts("cache_from")));
        Try("extrahosts", () => Hosts(inputs["extra_hosts"]));
        Try("shmsize", () => inputs["shmsize"] is { } size ? Size(size, "shmsize") : null);
        foreach (var (name, value) in inputs["container_limits"] as JsonObject ?? [])
            Try(name, () => Limit(name, value));
        return query;
    }

    /// <summary>The same with arguments that are there unless the call has its own of that name.</summary>
    public static List<KeyValuePair<string, string>> WithArguments(IReadOnlyList<KeyValuePair<string, string>> query, IEnumerable<KeyValuePair<string, string>> arguments)
    {
        var all = arguments.ToDictionary();
        if (all.Count == 0)
            return [.. query];
        if (query.FirstOrDefault(parameter => parameter.Key == "buildargs").Value is { } given)
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(given)!)
                all[name] = value;
        return [.. query.Where(parameter => parameter.Key != "buildargs"), new("buildargs", JsonSerializer.Serialize(all))];
    }

    // The engine reads 0 and 1.
    private static string? Flag(JsonObject inputs, string name, bool otherwise) => inputs.Flag(name, otherwise) ? "1" : null;

    private static string Map(IEnumerable<KeyValuePair<string, string>> map) => JsonSerializer.Serialize(map.ToDictionary());

    private static string? Labels(JsonNode? labels) => labels switch
    {
        null => null,
        JsonObject map => Map(map.Select(label => KeyValuePair.Create(label.Key, label.Value?.ToString() ?? ""))),
        JsonArray list when list.All(item => item is JsonValue) => Map(list.Select(item => item!.ToString().Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair.Length > 1 ? pair[1] : ""))),
        _ => throw new StepException("input 'labels' should be a mapping, or a list of NAME=VALUE"),
    };

    private static string? Hosts(JsonNode? hosts) => hosts switch
    {
        null => null,
        JsonObject map => string.Join(',', map.Select(host => $"{host.Key}:{host.Value}")),
        JsonArray list when list.All(item => item is JsonValue) => string.Join(',', list.Select(item => item!.ToString())),
        _ => throw new StepException("input 'extra_hosts' should be a mapping of names to addresses, or a list of NAME:ADDRESS"),
    };

    private static string Limit(string name, JsonNode? value) => name switch
    {
        "memory" or "memswap" => Size(value!, $"container_limits.{name}"),
        "cpushares" or "cpusetcpus" => value?.ToString() ?? "",
        _ => throw new StepException($"input 'container_limits' has no '{name}'; known are: memory, memswap, cpushares, cpusetcpus"),
    };

    private static string Size(JsonNode value, string name)
    {
        var match = Bytes().Match(value.ToString());
        if (!match.Success || !long.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var number))
            throw new StepException($"input '{name}' should be a number of bytes, such as 67108864 or 64m");
        var shift = match.Groups[2].Value.ToLowerInvariant() switch { "k" => 10, "m" => 20, "g" => 30, _ => 0 };
        return (number << shift).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^(-1|[0-9]{1,12})([kmgKMG]?)[bB]?\z")]
    private static partial Regex Bytes();
}
