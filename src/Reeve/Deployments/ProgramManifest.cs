using System.Reflection;
using System.Text.Json;

namespace Reeve.Deployments;

/// <summary>A flow as its built assembly describes it: what a deployment needs to know of it.</summary>
internal sealed record ProgramManifest(string Name, string Type, string Method, string? Description, string? Version, JsonElement ParameterSchema)
{
    private const string Key = "reeve.flow";

    public string Member => $"{Type.Replace('+', '.')}.{Method}";

    /// <summary>The flows of an assembly. Only its attributes are read; none of its code runs.</summary>
    public static IReadOnlyList<ProgramManifest> Of(Assembly assembly) =>
    [
        .. assembly.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(AssemblyMetadataAttribute) && attribute.ConstructorArguments[0].Value as string == Key)
            .Select(attribute => Parse((string)attribute.ConstructorArguments[1].Value!)),
    ];

    /// <summary>Whether an entrypoint's member names this flow: its method, or enough of the type before it.</summary>
    public bool IsCalled(string member)
    {
        var name = member.Replace('+', '.');
        return Member == name || Member.EndsWith("." + name, StringComparison.Ordinal);
    }

    private static ProgramManifest Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new ProgramManifest(
            root.GetProperty("name").GetString()!, root.GetProperty("type").GetString()!, root.GetProperty("method").GetString()!,
            Text(root, "description"), Text(root, "version"), root.GetProperty("parameter_schema").Clone());
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
