using System.Text.Json.Nodes;

namespace Reeve.Deployments.Secrets;

/// <summary>A folder with a file for each secret, as Docker and Kubernetes mount them, or a file of NAME=value lines.</summary>
internal sealed class FileSecrets(SecretSettings settings) : ISecretProvider
{
    private const int LongestSecret = 1 << 20;

    public static SecretProviderKind Kind { get; } = new("file", "a folder with a file for each secret, or an .env file, where the run is",
        [new("path", "the folder or the .env file; default: /run/secrets")], settings => new FileSecrets(settings));

    private readonly string _path = Path.GetFullPath(settings.Text("path") ?? "/run/secrets");

    public string Description => File.Exists(_path) ? $"the file '{_path}'" : $"the folder '{_path}'";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        if (File.Exists(_path))
        {
            var pairs = DotEnv.Read(await ReadFileAsync(_path, ct));
            return pairs.TryGetValue(reference.Name, out var value) ? reference.Pick(value, Description)
                : throw new SecretException($"{Description} has no '{reference.Name}'", Projects.NearestName.Hint(reference.Name, [.. pairs.Keys]));
        }
        if (!Directory.Exists(_path))
            throw new SecretException($"there is neither a folder nor a file '{_path}' on this machine", "is the secret mounted where the run is?");
        var file = Within(reference.Name);
        var text = await ReadFileAsync(file, ct);
        if (reference.Key is { } key && Path.GetFileName(file).EndsWith(".env", StringComparison.Ordinal))
            return DotEnv.Read(text).TryGetValue(key, out var value) ? JsonValue.Create(value) : throw new SecretException($"the file '{reference.Name}' in {Description} has no '{key}'");
        return reference.Pick(text.TrimEnd('\r', '\n'), Description); // editors and echo put a line break at the end that is no part of it
    }

    public Task CheckAsync(CancellationToken ct) => File.Exists(_path) || Directory.Exists(_path) ? Task.CompletedTask
        : throw new SecretException($"there is neither a folder nor a file '{_path}' on this machine", "is the secret mounted where the run is?");

    /// <summary>The file of a name. Kubernetes' files are links within the folder; what points out of it is refused.</summary>
    private string Within(string name)
    {
        var file = Path.GetFullPath(name, _path);
        if (!IsIn(file, _path))
            throw new SecretException($"'{name}' leaves {Description}");
        if (!File.Exists(file))
        {
            var known = Directory.EnumerateFiles(_path).Select(Path.GetFileName).OfType<string>().ToList();
            throw new SecretException($"{Description} has no file '{name}'", Projects.NearestName.Hint(name, known));
        }
        if (!IsIn(Real(file), Real(_path)))
            throw new SecretException($"'{name}' in {Description} is a link that leaves it");
        return file;
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed, those of folders too.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        var hops = 0;
        Queue<string> rest = new(path[real.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries));
        while (rest.TryDequeue(out var segment))
        {
            var next = Path.GetFullPath(segment, real);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (++hops > 40)
                throw new SecretException($"'{path}' is a circle of links");
            var whole = Path.GetFullPath(target, real);
            rest = new(whole.Split('/', StringSplitOptions.RemoveEmptyEntries).Concat(rest));
            real = Path.GetPathRoot(whole)!;
        }
        return real;
    }

    private static async Task<string> ReadFileAsync(string file, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(file).Length > LongestSecret)
                throw new SecretException($"the file '{file}' is too large for a secret");
            return await File.ReadAllTextAsync(file, ct);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretException($"the file '{file}' cannot be read: {exception.Message}", $"it is read as the user '{Environment.UserName}'", exception);
        }
    }
}

/// <summary>Lines of NAME=value: comments, <c>export</c>, quotes as in shells.</summary>
internal static class DotEnv
{
    public static Dictionary<string, string> Read(string text)
    {
        Dictionary<string, string> pairs = [];
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('#') || equals < 1)
                continue;
            var name = line[..equals].Trim();
            if (name.StartsWith("export ", StringComparison.Ordinal))
                name = name["export ".Length..].Trim();
            pairs[name] = Value(line[(equals + 1)..].Trim());
        }
        return pairs;
    }

    private static string Value(string written)
    {
        if (written is ['\'', .., '\''])
            return written[1..^1];
        if (written is ['"', .., '"'])
            return written[1..^1].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        var comment = written.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? written : written[..comment].TrimEnd();
    }
}
