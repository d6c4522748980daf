using System.Text.Json;

namespace Reeve.Deployments.Entrypoints;

/// <summary>A flow as its code describes it.</summary>
/// <param name="Name">The flow's name.</param>
/// <param name="Method">The method or function.</param>
/// <param name="Type">The full name of the type the method is in; empty for Python.</param>
/// <param name="ParameterSchema">JSON Schema of its parameters.</param>
public sealed record FlowManifest(string Name, string Method, string Type, string? Description, string? Version, JsonElement ParameterSchema)
{
    /// <summary>What to call the flow among the flows of its program: its method, or type and method.</summary>
    public bool IsCalled(string member) => member == Method || member == $"{Type}.{Method}" || (Type.Length > 0 && $"{Type}.{Method}".EndsWith("." + member, StringComparison.Ordinal))
        || member == $"{Type.Split('.', '+')[^1]}.{Method}";
}
