using System.Collections.Generic;
using System.Linq;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Emit;

/// <summary>One interceptor per called method, marked with every place that calls it.</summary>
internal static class InterceptorSource
{
    private const string Token = "global::System.Threading.CancellationToken";

    public static void Write(SourceWriter writer, IReadOnlyList<RunMethod> methods, ILookup<string, RunCall> calls)
    {
        writer.Open("file static class Interceptors");
        for (var i = 0; i < methods.Count; i++)
        {
            var attributes = calls[methods[i].Key].Select(call => call.Attribute).Distinct().ToList();
            if (attributes.Count == 0)
                continue;
            foreach (var attribute in attributes)
                writer.Line(attribute);
            WriteInterceptor(writer, methods[i], i);
        }

        writer.Close();
    }

    private static void WriteInterceptor(SourceWriter writer, RunMethod method, int index)
    {
        var parameters = method.Parameters.Select(parameter => $"{parameter.TypeSyntax} @{parameter.Name}").ToList();
        var (target, token) = (DescriptorSource.Free("__target", method), DescriptorSource.Free("__token", method));
        if (!method.IsStatic)
            parameters.Insert(0, $"this {method.TypeSyntax} {target}");
        else if (method.IsExtension)
            parameters[0] = "this " + parameters[0];

        var inner = DescriptorSource.Call(method, index, target, method.Parameters.Select(parameter => parameter.IsToken ? token : "@" + parameter.Name));
        var values = string.Join(", ", method.Parameters.Where(parameter => !parameter.IsToken).Select(parameter => "@" + parameter.Name));
        var given = method.Parameters.Where(parameter => parameter.IsToken).Select(parameter => "@" + parameter.Name).FirstOrDefault() ?? $"default({Token})";
        var run = method.Return switch
        {
            ReturnKind.Void => "Run",
            ReturnKind.Value => $"Run<{method.ResultSyntax}>",
            ReturnKind.TaskOf or ReturnKind.ValueTaskOf => $"RunAsync<{method.ResultSyntax}>",
            ReturnKind.Stream => $"Stream<{method.ResultSyntax}>",
            _ => "RunAsync",
        };
        writer.Line($"internal static {method.ReturnSyntax} Run{index}{method.TypeArguments}({string.Join(", ", parameters)}){method.Constraints} =>");
        var descriptor = method.TypeParameters.Count == 0 ? $"Described.M{index}" : $"Closed{index}{method.TypeArguments}.Task";
        writer.Line($"    global::Reeve.Engine.Intercepted.{run}({descriptor}, new object?[] {{ {values} }}, {token} => {inner}, {given});").Line();
    }
}
