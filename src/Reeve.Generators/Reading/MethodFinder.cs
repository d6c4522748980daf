using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Generators.Reading;

/// <summary>The methods that options name: <c>nameof(M)</c> of the method's own type or one around it, <c>nameof(Other.M)</c> of another. Private ones are reached by accessors.</summary>
internal sealed class MethodFinder(IMethodSymbol method, AttributeData attribute, Compilation compilation, CancellationToken cancellationToken)
{
    public List<string> Accessors { get; } = [];

    public List<IMethodSymbol> Named(string option, string name)
    {
        var named = InSyntax(option).Where(found => found.Name == name).ToList();
        for (var type = method.ContainingType; named.Count == 0 && type is not null; type = type.ContainingType)
        {
            for (var level = type; named.Count == 0 && level is not null; level = level.BaseType)
                named = [.. level.GetMembers(name).OfType<IMethodSymbol>()];
        }

        return named;
    }

    /// <summary>A call of a static method with arguments in its order.</summary>
    public string Call(IMethodSymbol target, string arguments)
    {
        if (Suitability.IsNameable(target.ContainingType, compilation) && compilation.IsSymbolAccessibleWithin(target, compilation.Assembly))
            return $"{target.ContainingType.ToDisplayString(MethodReader.Syntax)}.@{target.Name}({arguments})";
        var type = Naming.MetadataName(target.ContainingType);
        if (!SymbolEqualityComparer.Default.Equals(target.ContainingAssembly, compilation.Assembly))
            type += ", " + target.ContainingAssembly.Name;
        var name = "Option" + Naming.ShortHash(type + "|" + target.GetDocumentationCommentId());
        var parameters = string.Concat(target.Parameters.Select(parameter => $", {parameter.Type.ToDisplayString(MethodReader.Syntax)} @{parameter.Name}"));
        Accessors.Add($"[global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.StaticMethod, Name = {Literal.OfText(target.Name)})]\n"
            + $"    internal static extern {target.ReturnType.ToDisplayString(MethodReader.Syntax)} {name}([global::System.Runtime.CompilerServices.UnsafeAccessorType({Literal.OfText(type)})] object? __type{parameters});");
        return arguments.Length == 0 ? $"{name}(null)" : $"{name}(null, {arguments})";
    }

    // The attribute's value is only the last name; whose it is stands in the source.
    private IEnumerable<IMethodSymbol> InSyntax(string option)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax(cancellationToken) is not AttributeSyntax { ArgumentList.Arguments: var arguments } syntax
            || arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.Text == option) is not { } given)
            return [];
        var model = compilation.GetSemanticModel(syntax.SyntaxTree);
        return given.Expression.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" } && call.ArgumentList.Arguments.Count == 1)
            .SelectMany(call => model.GetMemberGroup(call.ArgumentList.Arguments[0].Expression, cancellationToken))
            .OfType<IMethodSymbol>();
    }
}
