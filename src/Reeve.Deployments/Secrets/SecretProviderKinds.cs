using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;

namespace Reeve.Deployments.Secrets;

/// <summary>A kind of provider: what it is called, which settings it has, and how one is opened.</summary>
public sealed record SecretProviderKind(string Name, string Description, IReadOnlyList<SecretSetting> Settings, Func<SecretSettings, ISecretProvider> Open);

/// <summary>A setting of a kind of provider. One that is secret stands nowhere in clear: not in a project file, not in what the server shows.</summary>
public sealed record SecretSetting(string Name, string Description, bool IsSecret = false);

/// <summary>A provider's settings, and what it works with.</summary>
public sealed record SecretSettings(JsonObject Data, CloudHttp Http, Func<string, string?> Environment)
{
    /// <summary>A text that is not blank; a number is taken as it is written.</summary>
    public string? Text(string name) => Data[name] is JsonValue value
        && (value.TryGetValue<string>(out var text) ? text : value.ToJsonString()) is { } given && !string.IsNullOrWhiteSpace(given) ? given.Trim() : null;

    /// <exception cref="SecretException">The setting is missing.</exception>
    public string Required(string name, string example) =>
        Text(name) ?? throw new SecretException($"the provider has no setting '{name}'", $"for example {name}: {example}");

    public bool? Flag(string name) => Data[name] is JsonValue value && (value.TryGetValue<bool>(out var flag) || bool.TryParse(value.ToString(), out flag)) ? flag : null;
}

/// <summary>Every kind of provider, by its name in <c>kind</c>.</summary>
public static class SecretProviderKinds
{
    /// <summary>The type of block that a provider is kept as.</summary>
    public const string BlockType = "secret-provider";

    public static IReadOnlyList<SecretProviderKind> BuiltIn { get; } =
    [
        EnvironmentSecrets.Kind,
        FileSecrets.Kind,
        AzureKeyVault.Kind,
        AwsSecretsManager.Kind,
        GoogleSecretManager.Kind,
        HashiCorpVault.Kind,
        KubernetesSecrets.Kind,
    ];

    /// <summary>Providers that are there without a block of their name.</summary>
    public static IReadOnlyList<string> Unnamed { get; } = [EnvironmentSecrets.Kind.Name, FileSecrets.Kind.Name];

    public static SecretProviderKind? Find(string name) => BuiltIn.FirstOrDefault(kind => kind.Name == name);
}
