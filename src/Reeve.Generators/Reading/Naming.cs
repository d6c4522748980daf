using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Reeve.Generators.Reading;

internal static class Naming
{
    /// <summary><c>HelloWorld</c> is <c>hello-world</c>, <c>LoadETLData</c> is <c>load-etl-data</c>.</summary>
    public static string KebabCase(string name)
    {
        var kebab = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var current = name[i];
            if (current == '_')
            {
                if (kebab.Length > 0 && kebab[kebab.Length - 1] != '-')
                    kebab.Append('-');
                continue;
            }

            var startsWord = char.IsUpper(current) && i > 0
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord && kebab.Length > 0 && kebab[kebab.Length - 1] != '-')
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(current));
        }

        return kebab.ToString().TrimEnd('-');
    }

    /// <summary>The name the runtime knows a type by: <c>Namespace.Outer+Inner</c>.</summary>
    public static string MetadataName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return MetadataName(outer) + "+" + type.MetadataName;
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName : type.MetadataName;
    }

    /// <summary>The class by which an assembly hands out its descriptors.</summary>
    public static string ExportsOf(string assembly) => "Descriptors" + ShortHash(assembly);

    /// <summary>Eight hexadecimal digits that tell two tasks of one name apart.</summary>
    public static string ShortHash(string text) => Hash(text).Substring(0, 8);

    /// <summary>Thirty-two hexadecimal digits of a digest.</summary>
    public static string Hash(string text)
    {
        using var sha = SHA256.Create();
        var hash = sha.ComputeHash(Encoding.UTF8.GetBytes(text));
        var digits = new StringBuilder(32);
        for (var i = 0; i < 16; i++)
            digits.Append(hash[i].ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        return digits.ToString();
    }
}
