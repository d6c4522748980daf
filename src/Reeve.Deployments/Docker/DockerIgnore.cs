using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.Deployments.Docker;

/// <summary>
/// The patterns of a <c>.dockerignore</c>: the last that matches a path or a folder above it decides, <c>!</c> takes a path in again. They are
/// anchored at the root of the context, unlike those of a .gitignore.
/// </summary>
internal sealed class DockerIgnore
{
    private readonly IReadOnlyList<(Regex Match, bool TakesIn, string Text)> _patterns;

    private DockerIgnore(IReadOnlyList<(Regex, bool, string)> patterns) => _patterns = patterns;

    public static DockerIgnore None { get; } = new([]);

    /// <exception cref="DockerException">A pattern cannot be understood; the message says the line.</exception>
    public static DockerIgnore Parse(string text, string file)
    {
        List<(Regex, bool, string)> patterns = [];
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (line.StartsWith('#') || line.Trim() is not { Length: > 0 } written)
                continue;
            var takesIn = written[0] == '!';
            var pattern = Clean(takesIn ? written[1..].Trim() : written);
            if (pattern is "" or ".")
                continue;
            try
            {
                patterns.Add((new Regex(Expression(pattern), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), takesIn, pattern));
            }
            catch (ArgumentException exception)
            {
                throw new DockerException($"{file}:{number}: the pattern '{written}' cannot be understood", exception);
            }
        }
        return new DockerIgnore(patterns);
    }

    /// <summary>What is known of the folder a walk begins in.</summary>
    public Verdict Start => new(false, new bool[_patterns.Count]);

    /// <summary>Judges a path (with '/', from the root of the context) whose folder has been judged already.</summary>
    public Verdict Judge(string path, Verdict folder)
    {
        var matches = new bool[_patterns.Count];
        var isIgnored = false;
        for (var i = 0; i < matches.Length; i++)
        {
            matches[i] = folder.Matches[i] || _patterns[i].Match.IsMatch(path);
            if (matches[i])
                isIgnored = !_patterns[i].TakesIn;
        }
        return new Verdict(isIgnored, matches);
    }

    /// <summary>Whether something inside an ignored folder may be taken in again, so that it has to be walked.</summary>
    public bool MayTakeIn(string folder) => _patterns.Any(pattern => pattern.TakesIn
        && (pattern.Text.StartsWith(folder + "/", StringComparison.Ordinal) || HasWildcardAbove(pattern.Text, folder)));

    // "a/*/keep" may lie in "a/b", "*.md" anywhere.
    private static bool HasWildcardAbove(string pattern, string folder)
    {
        var wild = pattern.AsSpan().IndexOfAny('*', '?', '[');
        return wild >= 0 && (folder + "/").StartsWith(pattern[..(pattern.LastIndexOf('/', wild) + 1)], StringComparison.Ordinal);
    }

    private static string Clean(string pattern)
    {
        List<string> parts = [];
        foreach (var part in pattern.Replace('\\', OperatingSystem.IsWindows() ? '/' : '\\').Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part != "..")
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    private static string Expression(string pattern)
    {
        var expression = new StringBuilder("^");
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                        i++;
                    expression.Append(i + 1 == pattern.Length ? ".*" : "(.*/)?");
                    break;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' or ']':
                    inClass = pattern[i] == '[';
                    expression.Append(pattern[i]);
                    break;
                case var c:
                    expression.Append(inClass ? c.ToString() : Regex.Escape(c.ToString()));
                    break;
            }
        }
        return expression.Append("\\z").ToString();
    }

    /// <summary>Whether a path is left out, and which patterns match it: its children inherit them.</summary>
    internal sealed record Verdict(bool IsIgnored, bool[] Matches);
}
