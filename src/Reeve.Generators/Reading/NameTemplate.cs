using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Reading;

/// <summary>A run's name with arguments in braces: <c>load-{order.Id}-{day:yyyy-MM-dd}</c>.</summary>
internal static class NameTemplate
{
    /// <summary>The C# that makes the name of an array <c>arguments</c>; null when the template has a fault.</summary>
    public static string? Parse(string template, IMethodSymbol method, out string? fault)
    {
        var parameters = method.Parameters.Where(parameter => !MethodReader.IsToken(parameter.Type)).ToList();
        var parts = new List<string>();
        var text = new StringBuilder();
        fault = null;
        for (var i = 0; i < template.Length; i++)
        {
            var current = template[i];
            if (current is '{' or '}' && i + 1 < template.Length && template[i + 1] == current)
            {
                text.Append(current);
                i++;
            }
            else if (current == '{')
            {
                var end = template.IndexOf('}', i);
                if (end < 0)
                    return Fail("has a '{' without its '}'; write '{{' for a brace", out fault);
                if (Hole(template.Substring(i + 1, end - i - 1), parameters, out fault) is not { } hole)
                    return null;
                parts.Add(Literal.OfText(text.ToString()));
                parts.Add(hole);
                text.Clear();
                i = end;
            }
            else if (current == '}')
            {
                return Fail("has a '}' without its '{'; write '}}' for a brace", out fault);
            }
            else
            {
                text.Append(current);
            }
        }

        parts.Add(Literal.OfText(text.ToString()));
        return string.Join(" + ", parts.Where(part => part != "\"\"").DefaultIfEmpty("\"\""));
    }

    private static string? Hole(string hole, List<IParameterSymbol> parameters, out string? fault)
    {
        var colon = hole.IndexOf(':');
        var (path, format) = colon < 0 ? (hole, null) : (hole.Substring(0, colon), hole.Substring(colon + 1));
        var names = path.Split('.').Select(name => name.Trim()).ToArray();
        var index = parameters.FindIndex(parameter => parameter.Name == names[0]);
        if (index < 0)
        {
            var known = parameters.Count == 0 ? "it has none" : "there are " + string.Join(", ", parameters.Select(parameter => $"'{parameter.Name}'"));
            return Fail($"speaks of '{names[0]}', which is no parameter: {known}", out fault);
        }

        var type = parameters[index].Type;
        // What may be null is taken as such: a name must not fail because an order has no customer.
        var syntax = $"(({type.ToDisplayString(MethodReader.Syntax).TrimEnd('?')}{(MayBeNull(type) ? "?" : "")})arguments[{index}]{(MayBeNull(type) ? "" : "!")})";
        foreach (var name in names.Skip(1))
        {
            if (Member(Schema.TypeSchema.Unwrap(type) ?? type, name) is not { } member)
                return Fail($"speaks of '{path}', but '{type.ToDisplayString()}' has no public property or field '{name}'", out fault);
            syntax += (MayBeNull(type) ? "?." : ".") + "@" + name;
            type = member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;
        }

        fault = null;
        return $"global::Reeve.Engine.RunNames.Text({syntax}, {Literal.OfText(format)})";
    }

    private static ISymbol? Member(ITypeSymbol type, string name)
    {
        IEnumerable<ITypeSymbol> levels = type.TypeKind == TypeKind.Interface ? type.AllInterfaces.Prepend(type) : Chain(type);
        return levels.SelectMany(level => level.GetMembers(name))
            .FirstOrDefault(member => member is { IsStatic: false, DeclaredAccessibility: Accessibility.Public } and (IPropertySymbol { IsIndexer: false, GetMethod: not null } or IFieldSymbol));
    }

    private static IEnumerable<ITypeSymbol> Chain(ITypeSymbol type)
    {
        for (var level = type; level is not null; level = level.BaseType)
            yield return level;
    }

    private static bool MayBeNull(ITypeSymbol type) => !type.IsValueType || Schema.TypeSchema.Unwrap(type) is not null;

    private static string? Fail(string why, out string? fault)
    {
        fault = why;
        return null;
    }
}
