using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Reeve.Engine;

/// <summary>The flows of the loaded assemblies, as their module initializers register them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FlowCatalog
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Assembly, Func<FlowDescriptor[]>> Registered = [];

    /// <summary>Called by generated code when an assembly with flows is loaded.</summary>
    public static void Add(Assembly assembly, Func<FlowDescriptor[]> flows)
    {
        lock (Gate)
            Registered[assembly] = flows;
    }

    /// <summary>The flows that an assembly declares.</summary>
    internal static IReadOnlyList<FlowDescriptor> Of(Assembly assembly)
    {
        RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        Func<FlowDescriptor[]>? flows;
        lock (Gate)
            Registered.TryGetValue(assembly, out flows);
        return flows?.Invoke() ?? []; // not under the lock: it runs the initializers of the author's assembly
    }

    /// <summary>Finds a flow by its entrypoint, <c>Hello</c> or <c>Type.Hello</c>; what stands before a colon (the file) is the worker's concern.</summary>
    internal static FlowDescriptor? Find(IReadOnlyList<FlowDescriptor> flows, string entrypoint, out string? fault)
    {
        var name = entrypoint[(entrypoint.LastIndexOf(':') + 1)..].Replace('+', '.');
        var found = flows.Where(flow => Matches(flow, name)).ToList();
        fault = found.Count switch
        {
            1 => null,
            0 when flows.Count == 0 => $"There is no flow '{name}': the program declares none. Is the method marked [Flow], and does the project reference the package Reeve?",
            0 => $"There is no flow '{name}'. The program has: {string.Join(", ", flows.Select(Full))}",
            _ => $"'{name}' names {found.Count} flows: {string.Join(", ", found.Select(Full))}. Name the type too.",
        };
        return found.Count == 1 ? found[0] : null;
    }

    private static bool Matches(FlowDescriptor flow, string name)
    {
        var full = Full(flow);
        return full == name || full.EndsWith("." + name, StringComparison.Ordinal);
    }

    private static string Full(FlowDescriptor flow) => $"{flow.Type.Replace('+', '.')}.{flow.Method}";
}
