using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Reeve.Engine;

/// <summary>The tasks of the loaded assemblies, as their module initializers register them: for task workers and child processes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TaskCatalog
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<Assembly, Func<TaskDescriptor[]>> Registered = [];

    /// <summary>Called by generated code when an assembly with tasks is loaded.</summary>
    public static void Add(Assembly assembly, Func<TaskDescriptor[]> tasks)
    {
        lock (Gate)
            Registered[assembly] = tasks;
    }

    /// <summary>The tasks that an assembly declares.</summary>
    internal static IReadOnlyList<TaskDescriptor> Of(Assembly assembly)
    {
        RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        Func<TaskDescriptor[]>? tasks;
        lock (Gate)
            Registered.TryGetValue(assembly, out tasks);
        return tasks?.Invoke() ?? []; // not under the lock: it runs the initializers of the author's assembly
    }

    /// <summary>The task of a key and the assembly that declares it, among the assemblies that are loaded.</summary>
    internal static (TaskDescriptor Task, Assembly Assembly)? Find(string key)
    {
        Assembly[] assemblies;
        lock (Gate)
            assemblies = [.. Registered.Keys];
        foreach (var assembly in assemblies)
        {
            if (Of(assembly).FirstOrDefault(task => task.Key == key) is { } found)
                return (found, assembly);
        }

        return null;
    }

    /// <summary>The task that a method is; null when it is none.</summary>
    internal static TaskDescriptor? Find(MethodInfo method)
    {
        if (method.DeclaringType is not { FullName: { } type } declaring)
            return null;
        var names = method.GetParameters().Where(parameter => parameter.ParameterType != typeof(CancellationToken)).Select(parameter => parameter.Name!).ToList();
        var found = Of(declaring.Assembly).Where(task => task.Type == type && task.Method == method.Name && task.ParameterNames.SequenceEqual(names)).ToList();
        return found.Count == 1 ? found[0] : null;
    }
}
