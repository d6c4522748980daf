using System.Text.Json;

namespace Reeve.Deployments.Entrypoints;

/// <summary>A flow as its code describes it.</summary>
/// <param name="Name">The flow's name.</param>
/// <param name="Method">The method or function.</param>
/// <param name="Type">The full name of the type the method is in; empty for Python.</param>
/// <param name="ParameterSchema">JSON Schema of its parameters.</param>
public sealed record FlowManifest(string Name, string Method, string Type, string? Description, string? Version, JsonElement ParameterSchema)
{
    /// <summary>Whether an entrypoint's member names this flow: its method, or enough of the type before it. The engine reads it the same way.</summary>
    public bool IsCalled(string member)
    {
        var full = Type.Length == 0 ? Method : $"{Type.Replace('+', '.')}.{Method}";
        var name = member.Replace('+', '.');
        return full == name || full.EndsWith("." + name, StringComparison.Ordinal);
    }
}
