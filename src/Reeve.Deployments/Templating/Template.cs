using System.Text.RegularExpressions;

namespace Reeve.Deployments.Templating;

/// <summary>
/// A text cut into literal parts and placeholders. Braces around anything that cannot be a name (an expression of another template language,
/// or one that begins with a dot) are literal text. A name of a secret may hold what names in key vaults hold (<c>/ : @ = + ~ ,</c> and one
/// <c>#key</c>), but no blank, quote, bracket or pipe, so that an expression of another language stays what it is.
/// </summary>
public sealed partial class Template
{
    private Template(string text, IReadOnlyList<Placeholder> placeholders, IReadOnlyList<TemplateMistake> mistakes)
    {
        Text = text;
        Placeholders = placeholders;
        Mistakes = mistakes;
    }

    public string Text { get; }

    public IReadOnlyList<Placeholder> Placeholders { get; }

    /// <summary>Placeholders that can never be resolved because their form is wrong.</summary>
    public IReadOnlyList<TemplateMistake> Mistakes { get; }

    /// <summary>The placeholder that is the whole text, and therefore keeps the type of what it stands for.</summary>
    public Placeholder? Whole => Placeholders is [var only] && Text.AsSpan().Trim().Length == only.Length ? only : null;

    public static Template Parse(string text)
    {
        if (!text.Contains("{{", StringComparison.Ordinal))
            return new Template(text, [], []);
        List<Placeholder> placeholders = [];
        List<TemplateMistake> mistakes = [];
        foreach (Match match in Braces().Matches(text))
        {
            if (match.Groups["secret"] is { Success: true } secret)
            {
                placeholders.Add(new Placeholder(PlaceholderKind.Secret, secret.Value, [match.Groups["provider"].Value, match.Groups["name"].Value], match.Index, match.Length));
                continue;
            }
            var expression = match.Groups["name_or_output"].Value;
            if (expression.StartsWith('.'))
                continue;
            if (Mistake(expression) is { } mistake)
                mistakes.Add(new TemplateMistake(expression, match.Index, mistake));
            else
                placeholders.Add(Read(expression, match));
        }
        return new Template(text, placeholders, mistakes);
    }

    private static string? Mistake(string expression)
    {
        var segments = Segments(expression);
        if (segments.Count == 0 || segments.Any(segment => segment.Length == 0))
            return "a name is empty";
        if (expression.StartsWith('$'))
            return EnvironmentName().IsMatch(expression) ? null : "a name of an environment variable was expected after '$'";
        if (segments[0] is not ("prefect" or "reeve"))
            return null;
        return segments switch
        {
            [_, "blocks", _, _, ..] or [_, "variables", _] => null,
            [_, "blocks", ..] => "expected prefect.blocks.<type>.<name>",
            [_, "variables", ..] => "expected prefect.variables.<name>",
            _ => "after 'prefect.' comes 'blocks' or 'variables'",
        };
    }

    private static Placeholder Read(string expression, Match match)
    {
        if (expression.StartsWith('$'))
            return new Placeholder(PlaceholderKind.Environment, expression, [expression[1..]], match.Index, match.Length);
        var segments = Segments(expression);
        var (kind, skip) = segments switch
        {
            ["prefect" or "reeve", "blocks", ..] => (PlaceholderKind.Block, 2),
            ["prefect" or "reeve", "variables", ..] => (PlaceholderKind.Variable, 2),
            _ => (PlaceholderKind.StepOutput, 0),
        };
        return new Placeholder(kind, expression, segments[skip..], match.Index, match.Length);
    }

    // a.b[0].c and a.b.0.c mean the same.
    private static List<string> Segments(string expression) =>
        [.. expression.Replace("]", "", StringComparison.Ordinal).Replace('[', '.').Split('.')];

    [GeneratedRegex(@"\{\{\s*(?:(?<secret>secrets\.(?<provider>[A-Za-z0-9_\-]+)\.(?<name>[\w.\-/:@=+~,]+(?:\#[\w.\-/:@+~]+)?))|(?<name_or_output>[\w.\-\[\]$]+))\s*\}\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Braces();

    [GeneratedRegex(@"^\$[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex EnvironmentName();
}

/// <summary>A placeholder whose form is wrong, and what was expected.</summary>
public sealed record TemplateMistake(string Expression, int Offset, string Expected);
