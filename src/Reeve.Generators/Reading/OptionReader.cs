using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Generators.Reading;

/// <summary>
/// Reads the arguments of [Flow] and [Task] as what the descriptor is set to. Options that name methods or parameters are checked; the analyzer
/// reports their faults, the generator leaves them out.
/// </summary>
internal sealed class OptionReader
{
    private static readonly HashSet<string> Constants =
    [
        "Retries", "RetryDelaySeconds", "RetryBackoffSeconds", "RetryBackoffMaxSeconds", "RetryJitterFactor", "TimeoutSeconds", "LogPrints", "PersistResult", "ResultSerializer", "ResultStorage",
        "CacheExpirationSeconds", "RefreshCache",
    ];

    private static readonly HashSet<string> NotNegative =
    [
        "Retries", "RetryDelaySeconds", "RetryBackoffSeconds", "RetryBackoffMaxSeconds", "RetryJitterFactor", "TimeoutSeconds", "CacheExpirationSeconds",
    ];

    private static readonly Regex Runner = new(@"^((thread-pool|process)(\([1-9]\d{0,5}\))?|inline)$", RegexOptions.CultureInvariant);

    private readonly IMethodSymbol _method;
    private readonly AttributeData _attribute;
    private readonly MethodFinder _methods;
    private readonly List<OptionSyntax> _values = [];
    private readonly List<OptionFault> _faults = [];

    private OptionReader(IMethodSymbol method, AttributeData attribute, Compilation compilation, CancellationToken cancellationToken)
    {
        _method = method;
        _attribute = attribute;
        _methods = new MethodFinder(method, attribute, compilation, cancellationToken);
    }

    public static RunOptions Read(IMethodSymbol method, AttributeData attribute, Compilation compilation, CancellationToken cancellationToken)
    {
        var reader = new OptionReader(method, attribute, compilation, cancellationToken);
        foreach (var argument in attribute.NamedArguments)
            reader.Read(argument.Key, argument.Value);
        return new RunOptions
        {
            Values = new([.. reader._values]),
            Accessors = new([.. reader._methods.Accessors.Distinct()]),
            Faults = new([.. reader._faults]),
        };
    }

    private void Read(string option, TypedConstant value)
    {
        if (value.IsNull)
            return;
        switch (option)
        {
            case "Tags":
                Set(option, $"[{string.Join(", ", value.Values.Select(tag => tag.Value as string).OfType<string>().Select(Literal.OfText))}]");
                break;
            case "RetryDelays":
                if (value.Values.Any(delay => delay.Value is double and (< 0 or double.NaN or double.PositiveInfinity)))
                    Fault(option, "holds a delay that is no number of seconds from 0");
                else
                    Set(option, $"[{string.Join(", ", value.Values.Select(delay => Literal.Of(delay)))}]");
                break;
            case "CachePolicy":
                Set(option, $"global::Reeve.CachePolicy.Of((global::Reeve.CacheBy){Literal.Of(value)})");
                break;
            case "TaskRunner":
                if (Runner.IsMatch((string)value.Value!))
                    Set(option, Literal.Of(value)!);
                else
                    Fault(option, $"is {Literal.Of(value)}; it must be \"thread-pool\", \"thread-pool(8)\", \"process\", \"process(4)\" or \"inline\"");
                break;
            case "RunName":
                ReadName(option, (string)value.Value!);
                break;
            case "RetryIf":
                ReadCondition(option, (string)value.Value!);
                break;
            case "CacheKey":
                ReadKey(option, (string)value.Value!);
                break;
            case var _ when option.StartsWith("On", System.StringComparison.Ordinal):
                ReadHooks(option, (string)value.Value!);
                break;
            case var _ when Constants.Contains(option):
                ReadConstant(option, value);
                break;
        }
    }

    private void ReadConstant(string option, TypedConstant value)
    {
        if (NotNegative.Contains(option) && value.Value is int and < 0 or double and (< 0 or double.NaN or double.PositiveInfinity))
            Fault(option, $"is {Literal.Of(value)}; it must be a number from 0");
        else
            Set(option, Literal.Of(value)!);
    }

    private void ReadName(string option, string template)
    {
        if (NameTemplate.Parse(template, _method, out var fault) is { } syntax)
            Set(option, $"static arguments => {syntax}");
        else
            Fault(option, fault!);
    }

    private void ReadCondition(string option, string name)
    {
        if (Find(option, name, Fits, "bool (Exception) or bool (Exception, int)") is not { } found)
            return;
        var exception = found.Parameters[0].Type.ToDisplayString(MethodReader.Syntax);
        var attempt = found.Parameters.Length == 2 ? ", attempt" : "";
        Set(option, $"static (error, attempt) => error is {exception} __error && {_methods.Call(found, "__error" + attempt)}");

        static bool Fits(IMethodSymbol method) => method.ReturnType.SpecialType == SpecialType.System_Boolean
            && method.Parameters.Length is 1 or 2 && IsException(method.Parameters[0].Type)
            && (method.Parameters.Length == 1 || method.Parameters[1].Type.SpecialType == SpecialType.System_Int32);
    }

    private void ReadKey(string option, string name)
    {
        var parameters = _method.Parameters.Where(parameter => !MethodReader.IsToken(parameter.Type)).ToList();
        if (Find(option, name, Fits, "a string, or null, of any of the task's parameters, by their names and types") is not { } found)
            return;
        var arguments = found.Parameters.Select(parameter => parameters.FindIndex(known => known.Name == parameter.Name))
            .Select(i => $"({parameters[i].Type.ToDisplayString(MethodReader.Syntax)})arguments[{i}]!");
        Set(option, $"static arguments => {_methods.Call(found, string.Join(", ", arguments))}");

        bool Fits(IMethodSymbol method) => method.ReturnType.SpecialType == SpecialType.System_String
            && method.Parameters.All(parameter => parameters.Any(known => known.Name == parameter.Name && SymbolEqualityComparer.Default.Equals(known.Type, parameter.Type)));
    }

    private void ReadHooks(string option, string names)
    {
        var context = MethodReader.KindOf(_attribute.AttributeClass!) == RunKind.Flow ? "Reeve.FlowRunContext" : "Reeve.TaskRunContext";
        var hooks = new List<string>();
        foreach (var name in names.Split(',').Select(name => name.Trim()).Where(name => name.Length > 0))
        {
            if (Find(option, name, Fits, $"a method of (), ({context.Substring(6)}) or ({context.Substring(6)}, State) that returns nothing, a Task or a ValueTask") is not { } found)
                return;
            var arguments = new[] { $"(global::{context})context", "state" }.Take(found.Parameters.Length);
            var call = _methods.Call(found, string.Join(", ", arguments));
            var body = found.ReturnsVoid ? $"{{ {call}; return default; }}" : found.ReturnType.Name == "Task" ? $"new global::System.Threading.Tasks.ValueTask({call})" : call;
            hooks.Add($"new({Literal.OfText(found.Name)}, static (context, state) => {body})");
        }

        Set(option, $"[{string.Join(", ", hooks)}]");

        bool Fits(IMethodSymbol method) => method.Parameters.Length <= 2
            && (method.Parameters.Length == 0 || method.Parameters[0].Type.ToDisplayString() is var first && (first == context || first == "object"))
            && (method.Parameters.Length < 2 || method.Parameters[1].Type.ToDisplayString() == "Reeve.Protocol.Runs.State")
            && (method.ReturnsVoid && !method.IsAsync || method.ReturnType.ToDisplayString() is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask");
    }

    private IMethodSymbol? Find(string option, string name, System.Func<IMethodSymbol, bool> fits, string wanted)
    {
        var found = _methods.Named(option, name);
        if (found.Count == 0)
            Fault(option, $"names '{name}', which is no method of '{_method.ContainingType.Name}'; write nameof(Method)");
        else if (found.FirstOrDefault(method => method.IsStatic && !method.IsGenericMethod && fits(method)) is { } good)
            return good;
        else
            Fault(option, $"names '{name}', which does not fit: it must be static and take and return {wanted}".Replace("take and return a method of", "be a method of"));
        return null;
    }

    private void Set(string option, string syntax) => _values.Add(new(option, syntax));

    private void Fault(string option, string fault) => _faults.Add(new(option, fault));

    private static bool IsException(ITypeSymbol type)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            if (level.ToDisplayString() == "System.Exception")
                return true;
        }

        return false;
    }
}
