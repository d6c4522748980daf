using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Deployments.Docker;

/// <summary>The user's <c>~/.docker/config.json</c> (or that of DOCKER_CONFIG) and the contexts kept beside it.</summary>
internal sealed class DockerConfig
{
    private readonly string _folder;
    private readonly JsonObject _content;

    private DockerConfig(string folder, JsonObject content) => (_folder, _content) = (folder, content);

    public string File => Path.Combine(_folder, "config.json");

    public string Folder => _folder;

    public string? CurrentContext => (string?)_content["currentContext"];

    /// <summary>The program that keeps all credentials: <c>docker-credential-NAME</c>.</summary>
    public string? CredentialStore => (string?)_content["credsStore"];

    /// <summary>Programs for single registries.</summary>
    public JsonObject CredentialHelpers => _content["credHelpers"] as JsonObject ?? [];

    public JsonObject Auths => _content["auths"] as JsonObject ?? [];

    public static string Home(Func<string, string?> environment) =>
        environment("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <exception cref="DockerException">The file is there and cannot be read.</exception>
    public static DockerConfig Read(Func<string, string?> environment)
    {
        var folder = environment("DOCKER_CONFIG") is { Length: > 0 } given ? given : Path.Combine(Home(environment), ".docker");
        var file = Path.Combine(folder, "config.json");
        try
        {
            return new DockerConfig(folder, System.IO.File.Exists(file) ? JsonNode.Parse(System.IO.File.ReadAllText(file)) as JsonObject ?? [] : []);
        }
        catch (JsonException exception)
        {
            // The text of the exception may quote the file, in which credentials are.
            throw new DockerException($"{file}:{exception.LineNumber + 1}: this is not JSON; repair it, or name another folder with DOCKER_CONFIG");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DockerException($"'{file}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The proxies that builds on an engine are told of, in both spellings of the variables; the engine knows them as arguments of every build.</summary>
    public IEnumerable<KeyValuePair<string, string>> Proxies(EngineAddress engine)
    {
        var all = _content["proxies"] as JsonObject;
        var proxies = (all?[engine.ToString()] ?? all?["default"]) as JsonObject;
        foreach (var (key, name) in ((string, string)[])[("httpProxy", "HTTP_PROXY"), ("httpsProxy", "HTTPS_PROXY"), ("ftpProxy", "FTP_PROXY"), ("noProxy", "NO_PROXY"), ("allProxy", "ALL_PROXY")])
        {
            if ((string?)proxies?[key] is not { Length: > 0 } value)
                continue;
            yield return new(name, value);
            yield return new(name.ToLowerInvariant(), value);
        }
    }

    /// <summary>The engine that a context names.</summary>
    /// <exception cref="DockerException">There is no such context, or it names no engine.</exception>
    public EngineAddress Context(string name)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var file = Path.Combine(_folder, "contexts", "meta", id, "meta.json");
        if (!System.IO.File.Exists(file))
            throw new DockerException($"there is no Docker context '{name}' in '{_folder}'; 'docker context ls' shows them, DOCKER_CONTEXT or DOCKER_HOST names another engine");
        JsonNode? endpoint;
        try
        {
            endpoint = JsonNode.Parse(System.IO.File.ReadAllText(file))?["Endpoints"]?["docker"];
        }
        catch (JsonException exception)
        {
            throw new DockerException($"{file}:{exception.LineNumber + 1}: this is not JSON", exception);
        }
        if ((string?)endpoint?["Host"] is not { Length: > 0 } host)
            throw new DockerException($"the Docker context '{name}' names no engine ({file})");
        var certificates = Path.Combine(_folder, "contexts", "tls", id, "docker");
        var tls = Directory.Exists(certificates) ? EngineTls.In(certificates, verify: (bool?)endpoint["SkipTLSVerify"] is not true) : null;
        return EngineAddress.Parse(host, tls, $"the Docker context '{name}'");
    }
}
