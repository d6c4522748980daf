using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Templating;
using Reeve.Settings;

namespace Reeve.Deployments.Secrets;

/// <summary>
/// The secret providers of one run or one deploy. A provider is a block of the type <c>secret-provider</c>; its settings may name blocks,
/// variables and the environment. What was read is kept for as long as this is, so that one secret is asked for once.
/// </summary>
public sealed class SecretSources
{
    // A provider's connections are kept for the process: a pool per run would leave sockets behind.
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly TemplateScope _scope;
    private readonly CloudHttp _cloud;
    private readonly ConcurrentDictionary<string, ISecretProvider> _providers = [];
    private readonly ConcurrentDictionary<(string, string), JsonNode?> _values = [];

    /// <param name="scope">What the settings of providers are resolved with; its blocks are also where providers are found.</param>
    /// <param name="http">Null: the connections of this process.</param>
    public SecretSources(TemplateScope scope, CloudHttp? http = null)
    {
        _scope = scope with { Outputs = null, Secret = null };
        _cloud = http ?? new CloudHttp(s_http, TimeProvider.System);
    }

    /// <summary>The value of <c>{{ secrets.provider.name }}</c>.</summary>
    /// <exception cref="SecretException">There is no such provider, or it has no such secret for us.</exception>
    public async Task<JsonNode?> ReadAsync(string provider, string name, SecretRegistry secrets, CancellationToken ct)
    {
        if (!_values.TryGetValue((provider, name), out var value))
        {
            var opened = await OpenGuardedAsync(provider, secrets, ct);
            _values[(provider, name)] = value = await GuardedAsync(opened, secrets, () => opened.ReadAsync(name, ct));
        }
        secrets.AddAll(value); // before anybody can print it
        return value?.DeepClone();
    }

    /// <summary>Asks a provider of this server from here and says what came of it, without the value.</summary>
    /// <exception cref="SecretException">It cannot be reached, or does not give the secret.</exception>
    public static async Task<string> TryAsync(OrchestrationClient client, string provider, string? name, CancellationToken ct)
    {
        var sources = new SecretSources(Running.ApiSources.Scope(client));
        if (name is null)
            return $"{await sources.CheckAsync(provider, new SecretRegistry(), ct)} can be reached from here.";
        var value = await sources.ReadAsync(provider, name, new SecretRegistry(), ct);
        var shape = value switch
        {
            JsonObject map => $"a mapping with the keys {string.Join(", ", map.Select(pair => pair.Key))}",
            JsonValue text when text.TryGetValue<string>(out var written) => written.Length == 0 ? "an empty text" : "a text",
            _ => "a value",
        };
        return $"'{name}' of '{provider}' can be read from here: {shape}.";
    }

    /// <summary>Whether a provider can be reached from here: its description.</summary>
    /// <exception cref="SecretException">It cannot.</exception>
    public async Task<string> CheckAsync(string provider, SecretRegistry secrets, CancellationToken ct)
    {
        var opened = await OpenGuardedAsync(provider, secrets, ct);
        await GuardedAsync<object?>(opened, secrets, async () =>
        {
            await opened.CheckAsync(ct);
            return null;
        });
        return opened.Description;
    }

    private async Task<ISecretProvider> OpenGuardedAsync(string provider, SecretRegistry secrets, CancellationToken ct)
    {
        if (_providers.TryGetValue(provider, out var opened))
            return opened;
        try
        {
            return _providers[provider] = await OpenAsync(provider, secrets, ct);
        }
        catch (CloudIdentityException exception)
        {
            throw new SecretException($"the secret provider '{provider}': {secrets.Redact(exception.Message)}", null, exception);
        }
        catch (SecretException exception)
        {
            throw new SecretException($"the secret provider '{provider}': {secrets.Redact(exception.Message)}", exception.Hint, exception);
        }
    }

    private async Task<ISecretProvider> OpenAsync(string provider, SecretRegistry secrets, CancellationToken ct)
    {
        var block = _scope.Block is null ? null : await _scope.Block(SecretProviderKinds.BlockType, provider, ct);
        if (block is null)
        {
            if (!SecretProviderKinds.Unnamed.Contains(provider))
                throw new SecretException("there is none of this name", Missing(provider));
            block = new BlockData(new JsonObject { ["kind"] = provider }, []);
        }
        var name = block.Data["kind"]?.ToString() ?? "";
        var kind = SecretProviderKinds.Find(name)
            ?? throw new SecretException($"there is no kind '{name}'", NearestName.Hint(name, [.. SecretProviderKinds.BuiltIn.Select(known => known.Name)]));
        return kind.Open(new SecretSettings(await SettingsAsync(kind, block.Data, secrets, ct), _cloud, _scope.Environment ?? (_ => null)));
    }

    /// <summary>A block of credentials that the provider points to, and over it what its settings say themselves.</summary>
    private async Task<JsonObject> SettingsAsync(SecretProviderKind kind, JsonObject block, SecretRegistry secrets, CancellationToken ct)
    {
        List<TemplateProblem> problems = [];
        var resolver = new TemplateResolver(_scope, secrets);
        var settings = new JsonObject();
        foreach (var source in (JsonNode?[])[block["credentials"], (block["settings"] as JsonObject)?["credentials"], block["settings"]])
            if (await resolver.ResolveAsync(source, problems.Add, ct) is JsonObject resolved)
                foreach (var (name, value) in resolved)
                    if (name != "credentials")
                        settings[name] = value?.DeepClone();
        if (problems.Count > 0)
            throw new SecretException("its settings cannot be resolved: " + string.Join("; ", problems));
        foreach (var setting in kind.Settings.Where(setting => setting.IsSecret))
            Register(settings[setting.Name], secrets);
        return settings;
    }

    /// <summary>Of a key file or a kubeconfig only what proves something is a secret: its project and its addresses belong into messages.</summary>
    private static void Register(JsonNode? value, SecretRegistry secrets)
    {
        var map = value as JsonObject;
        if (map is null && value is JsonValue leaf && leaf.TryGetValue<string>(out var text) && text.Contains(':', StringComparison.Ordinal))
            map = YamlDocument.Read("", text, new FaultCollector(), out _)?.ToJson() as JsonObject; // JSON is YAML too
        if (map is not null)
            RegisterProofs(map, secrets);
        if (value is not JsonObject)
            secrets.AddAll(value);
    }

    private static void RegisterProofs(JsonNode? value, SecretRegistry secrets)
    {
        if (value is JsonArray list)
            foreach (var item in list)
                RegisterProofs(item, secrets);
        foreach (var (name, inner) in value as JsonObject ?? [])
        {
            if (inner is JsonValue && (name is "private_key" or "private_key_id" or "client-key-data" or "token" or "password" || name.Contains("secret", StringComparison.Ordinal) || name.EndsWith("_token", StringComparison.Ordinal)))
                secrets.AddAll(inner);
            else
                RegisterProofs(inner, secrets);
        }
    }

    private static async Task<T> GuardedAsync<T>(ISecretProvider provider, SecretRegistry secrets, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (CloudIdentityException exception)
        {
            throw new SecretException($"{provider.Description} was not asked: {secrets.Redact(exception.Message)}", null, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new SecretException($"{provider.Description} cannot be reached: {secrets.Redact(exception.Message)}", "is the name right, and is the network open from here?", exception);
        }
        catch (SecretException exception)
        {
            throw new SecretException(secrets.Redact(exception.Message), exception.Hint, exception);
        }
    }

    internal static string Missing(string provider) =>
        $"make it with '{CommandName.Text} block create {SecretProviderKinds.BlockType} --name {provider} --data-file FILE', or declare it under 'secrets:' in the project file";
}
