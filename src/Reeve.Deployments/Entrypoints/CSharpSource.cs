using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Entrypoints;

/// <summary>
/// Finds the methods marked [Flow] in a C# file without compiling it: to offer them, not to judge them. What is a flow in the end is told by
/// the program that the file is built into.
/// </summary>
internal static partial class CSharpSource
{
    public static IReadOnlyList<FoundMethod> Flows(string source)
    {
        if (!source.Contains("Flow", StringComparison.Ordinal))
            return [];
        var code = Blanked(source);
        List<FoundMethod> found = [];
        foreach (Match attribute in FlowAttribute().Matches(code))
        {
            var method = Method().Match(code, attribute.Index + attribute.Length);
            if (!method.Success || method.Index != attribute.Index + attribute.Length)
                continue;
            // Strings are blanks in the code that is searched; the name is read where it stood.
            var arguments = source[attribute.Groups["arguments"].Index..(attribute.Groups["arguments"].Index + attribute.Groups["arguments"].Length)];
            var name = FlowName().Match(arguments) is { Success: true } given ? Regex.Unescape(given.Groups["name"].Value) : Kebab(method.Groups["name"].Value);
            found.Add(new FoundMethod(method.Groups["name"].Value, TypeAround(code, attribute.Index), name));
        }
        return found;
    }

    // As the generator names flows: HelloWorld is hello-world, LoadETLData is load-etl-data.
    private static string Kebab(string method) =>
        WordStart().Replace(method.Replace('_', '-'), "-").Trim('-').ToLowerInvariant();

    // The innermost type whose braces are open at this place.
    private static string TypeAround(string code, int index)
    {
        Stack<(string? Type, int Depth)> open = [];
        var depth = 0;
        string? announced = null;
        foreach (Match token in TypeOrBrace().Matches(code[..index]))
        {
            if (token.Groups["type"].Success)
                announced = token.Groups["type"].Value;
            else if (token.Value == ";")
                announced = null; // a record without a body
            else if (token.Value == "{")
            {
                depth++;
                if (announced is not null)
                    open.Push((announced, depth));
                announced = null;
            }
            else if (token.Value == "}")
            {
                if (open.TryPeek(out var top) && top.Depth == depth)
                    open.Pop();
                depth--;
            }
        }
        return open.TryPeek(out var inner) ? inner.Type! : "";
    }

    /// <summary>The text with every comment, string and character blanked out, at the same length.</summary>
    private static string Blanked(string source)
    {
        var code = new StringBuilder(source);
        foreach (Match match in NoCode().Matches(source))
            for (var i = match.Index; i < match.Index + match.Length; i++)
                if (code[i] is not ('\n' or '\r'))
                    code[i] = ' ';
        return code.ToString();
    }

    [GeneratedRegex(""""
        //[^\n]* | /\*.*?\*/ | (?<raw>"{3,}).*?\k<raw>(?!") | \$*@\$*"(?:[^"]|"")*" | "(?:\\.|[^"\\\n])*" | '(?:\\.[^'\n]{0,8}|[^'\\\n])'
        """", RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"\[\s*(?:[\w.]+(?:\([^()\]]*\))?\s*,\s*)*(?:Reeve\s*\.\s*)?Flow(?:Attribute)?\s*(?:\((?<arguments>[^()]*)\))?(?:\s*,[^\]]*)?\s*\]")]
    private static partial Regex FlowAttribute();

    // Further attributes, modifiers and the return type, then the name before its parameters.
    [GeneratedRegex(@"\G(?:\s*\[[^\]]*\])*\s*(?:(?:public|private|protected|internal|static|async|partial|virtual|override|sealed|new|unsafe)\s+)*[\w.<>,?\[\]\s()]+?[\s>\])?](?<name>\w+)\s*(?:<[^<>()]*>)?\s*\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"\bName\s*=\s*""(?<name>(?:\\.|[^""\\])*)""")]
    private static partial Regex FlowName();

    [GeneratedRegex(@"\b(?:class|struct|record(?:\s+(?:class|struct))?|interface)\s+(?<type>\w+)|[{};]")]
    private static partial Regex TypeOrBrace();

    [GeneratedRegex(@"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")]
    private static partial Regex WordStart();
}

/// <summary>A method that is marked as a flow.</summary>
internal sealed record FoundMethod(string Method, string Type, string FlowName);
