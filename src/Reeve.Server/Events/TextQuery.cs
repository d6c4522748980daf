using System.Text;

namespace Reeve.Server.Events;

/// <summary>A text search taken apart: one of <see cref="Any"/>, all of <see cref="All"/> and none of <see cref="None"/> must be found.</summary>
internal sealed record TextQuery(IReadOnlyList<string> Any, IReadOnlyList<string> All, IReadOnlyList<string> None)
{
    /// <summary>Words stand alone or in quotes, where <c>\</c> escapes; <c>+</c> asks for one, <c>-</c> or <c>!</c> refuses one. A quote that is not closed ends with the text.</summary>
    internal static TextQuery Parse(string text)
    {
        List<string> any = [], all = [], none = [];
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            var sign = text[at] is '+' or '-' or '!' ? text[at++] : ' ';
            if (at == text.Length || char.IsWhiteSpace(text[at]))
                continue; // a sign alone says nothing
            var term = text[at] == '"' ? Quoted(text, ref at) : Word(text, ref at);
            if (!string.IsNullOrWhiteSpace(term))
                (sign switch { '+' => all, '-' or '!' => none, _ => any }).Add(term);
        }
        return new(any, all, none);
    }

    internal bool Meets(Func<string, bool> found) => (Any.Count == 0 || Any.Any(found)) && All.All(found) && !None.Any(found);

    private static string Word(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] != '"')
            at++;
        return text[start..at];
    }

    private static string Quoted(string text, ref int at)
    {
        var term = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            term.Append(text[at]);
        }
        at++;
        return term.ToString();
    }
}
