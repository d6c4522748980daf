using System.Text.RegularExpressions;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>A text search: words are alternatives, <c>+word</c> must be there, <c>-word</c> or <c>!word</c> must not; "several words" are one.</summary>
internal static partial class TextCriteria
{
    internal static string? Of(Conditions on, IReadOnlyList<string> columns, string? query)
    {
        if (string.IsNullOrWhiteSpace(query))
            return null;
        List<string> any = [], all = [];
        foreach (Match term in Terms().Matches(query))
        {
            var word = term.Groups["quoted"].Success ? term.Groups["quoted"].Value : term.Groups["word"].Value;
            if (word.Length == 0)
                continue;
            var parameter = on.Bind(Dialect.Contains(word));
            var found = $"({string.Join(" or ", columns.Select(column => on.Dialect.Like(column, parameter)))})";
            switch (term.Groups["sign"].Value)
            {
                case "-" or "!": all.Add("not " + found); break;
                case "+": all.Add(found); break;
                default: any.Add(found); break;
            }
        }
        return Conditions.Join(null, [.. all, Conditions.Join("or_", [.. any])]);
    }

    [GeneratedRegex("""(?<sign>[-+!]?)(?:"(?<quoted>[^"]*)"|(?<word>\S+))""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Terms();
}
