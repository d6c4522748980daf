using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Tests.Support;

/// <summary>Secret providers as a run has them: found as blocks by their names, settings resolved, on a quick clock.</summary>
public sealed class SecretBench : IDisposable
{
    private readonly HttpClient _client = new();

    public SecretBench()
    {
        Http = new CloudHttp(_client, Time) { Timeout = TimeSpan.FromHours(2) };
        Sources = new SecretSources(Scope, Http);
    }

    public QuickTime Time { get; } = new();

    public CloudHttp Http { get; }

    public Dictionary<string, string> Environment { get; } = [];

    public Dictionary<string, JsonObject> Blocks { get; } = [];

    public SecretRegistry Secrets { get; } = new();

    public SecretSources Sources { get; }

    public TemplateScope Scope => new()
    {
        Block = (type, name, _) => Task.FromResult(Blocks.TryGetValue($"{type}/{name}", out var data) ? new BlockData(data, []) : null),
        Variable = (_, _) => Task.FromResult((false, (JsonNode?)null)),
        Environment = name => Environment.GetValueOrDefault(name),
    };

    public void Provide(string name, string kind, JsonObject settings) => Blocks[$"secret-provider/{name}"] = new JsonObject { ["kind"] = kind, ["settings"] = settings };

    public async Task<string?> ReadAsync(string provider, string name) => (await Sources.ReadAsync(provider, name, Secrets, TestContext.Current.CancellationToken))?.ToJsonString();

    public async Task<string> FaultAsync(string provider, string name)
    {
        var fault = await Assert.ThrowsAsync<SecretException>(() => Sources.ReadAsync(provider, name, Secrets, TestContext.Current.CancellationToken));
        return fault.Hint is null ? fault.Message : $"{fault.Message}; {fault.Hint}";
    }

    public void Dispose() => _client.Dispose();
}
