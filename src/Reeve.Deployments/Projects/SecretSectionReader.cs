using System.Text.Json.Nodes;
using Reeve.Deployments.Secrets;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Projects;

/// <summary>A secret provider that a project file declares under <c>secrets</c>.</summary>
/// <param name="Settings">As written: what its placeholders stand for is only looked up where a secret is read.</param>
public sealed record SecretDeclaration(SourcePosition Position, string Name, string Kind, MapNode? Settings)
{
    /// <summary>The data of the block it is kept as.</summary>
    public JsonObject ToBlock() => new() { ["kind"] = Kind, ["settings"] = Settings?.ToJson() ?? new JsonObject() };
}

/// <summary>Reads the <c>secrets</c> of a project file: a name, its kind and its settings. A credential in clear is refused.</summary>
internal static class SecretSectionReader
{
    public static IReadOnlyList<SecretDeclaration> Read(MapNode? section, FaultCollector faults)
    {
        List<SecretDeclaration> declared = [];
        foreach (var entry in section?.Entries ?? [])
        {
            var name = entry.Key.Text;
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                faults.Add(entry.Key.Position, $"'{name}' cannot be the name of a secret provider: lower-case letters, digits and - only");
            if (entry.Value is not MapNode map)
                faults.Add(entry.Value.Position, $"a secret provider is a mapping of kind and settings, and this is {entry.Value.Description}", $"{name}: {{kind: azure-key-vault, settings: {{vault_url: https://…}}}}");
            else if (ReadOne(entry.Key, map, faults) is { } one)
                declared.Add(one);
        }
        return declared;
    }

    private static SecretDeclaration? ReadOne(ScalarNode name, MapNode map, FaultCollector faults)
    {
        var reader = new MapReader(map, "a secret provider", faults);
        var kindName = reader.Text("kind");
        var settings = reader.Inner("settings");
        reader.RefuseOthers();
        if (kindName is null)
        {
            reader.Missing("kind", "valid are: " + string.Join(", ", SecretProviderKinds.BuiltIn.Select(known => known.Name)));
            return null;
        }
        if (SecretProviderKinds.Find(kindName) is not { } kind)
        {
            faults.Add(map["kind"]!.Position, $"there is no kind of secret provider '{kindName}'", NearestName.Hint(kindName, [.. SecretProviderKinds.BuiltIn.Select(known => known.Name)]));
            return null;
        }
        foreach (var entry in settings?.Entries ?? [])
            Check(kind, entry, faults);
        return new SecretDeclaration(name.Position, name.Text, kind.Name, settings);
    }

    private static void Check(SecretProviderKind kind, MapEntry entry, FaultCollector faults)
    {
        var key = entry.Key.Text;
        var setting = kind.Settings.FirstOrDefault(known => known.Name == key);
        if (setting is null && key != "credentials")
            faults.Add(entry.Key.Position, $"a provider of the kind '{kind.Name}' has no setting '{key}'", NearestName.Hint(key, [.. kind.Settings.Select(known => known.Name), "credentials"]));
        if ((setting is { IsSecret: true } || key == "credentials") && !IsWholePlaceholder(entry.Value))
            faults.Add(entry.Value.Position, $"'{key}' would stand in the project file as clear text",
                key == "credentials" ? "name a block: \"{{ prefect.blocks.<type>.<name> }}\"" : "write {{ $NAME }} or {{ prefect.blocks.secret.<name> }}: it is looked up where the run is");
        foreach (var (placeholder, position) in Deploying.PlaceholderSurvey.Of(entry.Value))
            if (placeholder.Kind is PlaceholderKind.StepOutput or PlaceholderKind.Secret)
                faults.Add(position, $"'{placeholder}' cannot be used here", "settings of a provider are made of blocks, variables and the environment");
    }

    private static bool IsWholePlaceholder(DocumentNode value) => value is ScalarNode { IsText: true } scalar && Template.Parse(scalar.Text).Whole is not null;
}
