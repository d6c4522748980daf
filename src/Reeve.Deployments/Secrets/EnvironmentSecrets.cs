using System.Text.Json.Nodes;

namespace Reeve.Deployments.Secrets;

/// <summary>The environment of the process that asks: where the run is, not where it was deployed.</summary>
internal sealed class EnvironmentSecrets(SecretSettings settings) : ISecretProvider
{
    public static SecretProviderKind Kind { get; } = new("env", "environment variables where the run is",
        [new("prefix", "what the variables' names begin with: APP_ makes {{ secrets.env.TOKEN }} the variable APP_TOKEN")], settings => new EnvironmentSecrets(settings));

    private readonly string _prefix = settings.Text("prefix") ?? "";

    public string Description => "the environment";

    public Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        var value = settings.Environment(_prefix + reference.Name)
            ?? throw new SecretException($"the environment has no variable '{_prefix}{reference.Name}'", "set it where the run is: of the worker, or in the env of its job variables");
        return Task.FromResult(reference.Pick(value, Description));
    }

    public Task CheckAsync(CancellationToken ct) => Task.CompletedTask;
}
