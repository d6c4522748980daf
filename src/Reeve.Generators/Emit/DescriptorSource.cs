using System.Collections.Generic;
using System.Linq;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Emit;

/// <summary>Descriptors of the run methods, the accessors that reach private ones, and the registration of flows.</summary>
internal static class DescriptorSource
{
    private const string Engine = "global::Reeve.Engine.";

    public static void Write(SourceWriter writer, IReadOnlyList<RunMethod> methods, List<RunMethod> flows)
    {
        writer.Open("file static class Described");
        for (var i = 0; i < methods.Count; i++)
        {
            if (methods[i] is { IsDeclaredHere: false, Export: { } export })
                writer.Line($"internal static readonly {Engine}{methods[i].Kind}Descriptor M{i} = global::Reeve.Generated.{export};");
            else if (methods[i].Kind == RunKind.Flow)
                WriteFlow(writer, methods[i], i);
            else
                WriteTask(writer, methods[i], i);
        }

        for (var i = 0; i < methods.Count; i++)
        {
            if (!methods[i].IsAccessible)
                WriteAccessor(writer, methods[i], i);
        }

        foreach (var accessor in methods.SelectMany(method => method.Options.Accessors).Distinct())
            writer.Line(accessor);
        writer.Close();
        for (var i = 0; i < methods.Count; i++)
        {
            // Each set of types is a task of its own to caches and resuming: a stored int is no string.
            if (methods[i].TypeParameters.Count > 0)
            {
                writer.Open($"file static class Closed{i}{methods[i].TypeArguments}{methods[i].Constraints}")
                    .Line($"internal static readonly {Engine}TaskDescriptor Task = {Engine}Intercepted.Closed(Described.M{i}, {string.Join(", ", methods[i].TypeParameters.Select(name => $"typeof({name})"))});")
                    .Close();
            }
        }

        WriteExports(writer, methods);
        WriteRegistration(writer, methods, flows);
    }

    // Only delegates are stored when the module loads: the descriptors are made when a process asks for them that was not called by code.
    private static void WriteRegistration(SourceWriter writer, IReadOnlyList<RunMethod> methods, List<RunMethod> flows)
    {
        var tasks = methods.Where(method => method is { Kind: RunKind.Task, IsDeclaredHere: true, CanBeCalledByKey: true }).ToList();
        if (flows.Count + tasks.Count == 0)
            return;
        writer.Open("file static class Registration")
            .Line("[global::System.Runtime.CompilerServices.ModuleInitializer]")
            .Open("internal static void Register()");
        if (flows.Count > 0)
            writer.Line($"{Engine}FlowCatalog.Add(typeof(Described).Assembly, static () => [{Those(flows)}]);");
        if (tasks.Count > 0)
            writer.Line($"{Engine}TaskCatalog.Add(typeof(Described).Assembly, static () => [{Those(tasks)}]);");
        writer.Close().Close();

        string Those(List<RunMethod> those) =>
            string.Join(", ", methods.Select((method, i) => (method, i)).Where(pair => those.Contains(pair.method)).Select(pair => $"Described.M{pair.i}"));
    }

    private static void WriteExports(SourceWriter writer, IReadOnlyList<RunMethod> methods)
    {
        var exports = methods.Select((method, i) => (method, i)).Where(pair => pair.method is { IsDeclaredHere: true, Export: not null }).ToList();
        if (exports.Count == 0)
            return;
        writer.Line("[global::System.ComponentModel.EditorBrowsable(global::System.ComponentModel.EditorBrowsableState.Never)]")
            .Open($"public static class {exports[0].method.Export!.Split('.')[0]}");
        foreach (var (method, i) in exports)
            writer.Line($"public static {Engine}{method.Kind}Descriptor {method.Export!.Split('.')[1]} => Described.M{i};");
        writer.Close();
    }

    /// <summary>A direct call of the method; <paramref name="target"/> is the instance, when there is one.</summary>
    public static string Call(RunMethod method, int index, string target, IEnumerable<string> arguments)
    {
        var list = string.Join(", ", arguments);
        if (method.IsAccessible)
            return $"{(method.IsStatic ? method.TypeSyntax : target)}.@{method.Method}{method.TypeArguments}({list})";
        var first = method.IsStatic ? "null" : target;
        return list.Length == 0 ? $"Described.Reach{index}{method.TypeArguments}({first})" : $"Described.Reach{index}{method.TypeArguments}({first}, {list})";
    }

    private static void WriteFlow(SourceWriter writer, RunMethod flow, int index)
    {
        writer.Open($"internal static readonly {Engine}FlowDescriptor M{index} = new()");
        WriteShared(writer, flow);
        writer.Line("Parameters =").Line("[");
        foreach (var parameter in flow.Parameters.Where(parameter => !parameter.IsToken))
        {
            writer.Line($"    {Engine}FlowParameter.Of<{parameter.TypeSyntax}>({Literal.OfText(parameter.Name)}, isRequired: {Bool(parameter.IsRequired)}, "
                + $"isNullable: {Bool(parameter.IsNullable)}, {(parameter.IsRequired ? "default!" : parameter.DefaultSyntax)}),");
        }

        writer.Line("],");
        if (flow.ParameterSchema is not null)
            writer.Line($"ParameterSchema = {Literal.OfText(flow.ParameterSchema)},");
        if (flow.HasBounds)
            writer.Line("HasBounds = true,");
        if (flow.IsStatic || flow.IsConstructible)
            writer.Line($"Invoke = static (arguments, token) => {Invocation(flow, index, $"new {flow.TypeSyntax}()")},");
        if (!flow.IsStatic)
        {
            writer.Line($"InstanceType = typeof({flow.TypeSyntax}),");
            writer.Line($"InvokeOn = static (instance, arguments, token) => {Invocation(flow, index, $"(({flow.TypeSyntax})instance)")},");
        }

        writer.Close(";");
    }

    private static string Invocation(RunMethod flow, int index, string target)
    {
        var position = 0;
        var arguments = flow.Parameters.Select(parameter => parameter.IsToken ? "token" : $"({parameter.TypeSyntax})arguments[{position++}]!").ToList();
        var call = Call(flow, index, target, arguments);
        return flow.Return switch
        {
            ReturnKind.Void => $"{{ {call}; return default; }}",
            ReturnKind.Value => $"new global::System.Threading.Tasks.ValueTask<object?>({call})",
            _ => $"{Engine}Intercepted.Boxed({call})",
        };
    }

    private static void WriteTask(SourceWriter writer, RunMethod task, int index)
    {
        writer.Open($"internal static readonly {Engine}TaskDescriptor M{index} = new()");
        WriteShared(writer, task);
        writer.Line($"Key = {Literal.OfText(task.Name + "-" + Naming.ShortHash(task.Key))},");
        WriteInvocation(writer, task, index);
        var names = task.Parameters.Where(parameter => !parameter.IsToken).Select(parameter => Literal.OfText(parameter.Name));
        writer.Line($"ParameterNames = [{string.Join(", ", names)}],");
        if (task.Source is not null)
            writer.Line($"Source = {Literal.OfText(task.Source)},");
        writer.Close(";");
    }

    // What a process needs that was not called by code: it has the arguments as JSON. Made only there.
    private static void WriteInvocation(SourceWriter writer, RunMethod task, int index)
    {
        if (!task.IsDeclaredHere || !task.CanBeCalledByKey)
            return;
        var parameters = task.Parameters.Where(parameter => !parameter.IsToken).Select(parameter =>
            $"{Engine}FlowParameter.Of<{parameter.TypeSyntax}>({Literal.OfText(parameter.Name)}, isRequired: {Bool(parameter.IsRequired)}, "
            + $"isNullable: {Bool(parameter.IsNullable)}, {(parameter.IsRequired ? "default!" : parameter.DefaultSyntax)})");
        writer.Line($"Parameters = static () => [{string.Join(", ", parameters)}],");
        writer.Line($"Invoke = static (arguments, token) => {Invocation(task, index, $"new {task.TypeSyntax}()")},");
    }

    private static void WriteShared(SourceWriter writer, RunMethod method)
    {
        writer.Line($"Name = {Literal.OfText(method.Name)},");
        writer.Line($"Method = {Literal.OfText(method.Method)},");
        writer.Line($"Type = {Literal.OfText(method.TypeMetadataName)},");
        Given("Description", method.Description is null ? null : Literal.OfText(method.Description));
        Given("Version", method.Version is null ? null : Literal.OfText(method.Version));
        foreach (var option in method.Options.Values)
            Given(option.Property, option.Syntax);

        void Given(string option, string? literal)
        {
            if (literal is not null)
                writer.Line($"{option} = {literal},");
        }
    }

    /// <summary>A name of the generated code's own that no parameter of the author's has.</summary>
    public static string Free(string name, RunMethod method)
    {
        while (method.Parameters.Any(parameter => parameter.Name == name))
            name += "_";
        return name;
    }

    // A static class, a private or a file-local type cannot stand in a signature, so static methods are reached by the type's name.
    private static void WriteAccessor(SourceWriter writer, RunMethod method, int index)
    {
        var target = method.IsStatic
            ? $"[global::System.Runtime.CompilerServices.UnsafeAccessorType({Literal.OfText(method.TypeMetadataName)})] object? {Free("__type", method)}"
            : $"{method.TypeSyntax} {Free("__target", method)}";
        var parameters = string.Concat(method.Parameters.Select(parameter => $", {parameter.TypeSyntax} @{parameter.Name}"));
        writer.Line($"[global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.{(method.IsStatic ? "StaticMethod" : "Method")}, Name = {Literal.OfText(method.Method)})]");
        writer.Line($"internal static extern {method.ReturnSyntax} Reach{index}{method.TypeArguments}({target}{parameters}){method.Constraints};");
    }

    private static string Bool(bool value) => value ? "true" : "false";
}
