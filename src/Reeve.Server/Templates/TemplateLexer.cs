using System.Globalization;
using System.Text;

namespace Reeve.Server.Templates;

/// <summary>Cuts a template into text and the tokens of its <c>{{ }}</c> and <c>{% %}</c> parts; comments fall away, raw parts are text.</summary>
internal sealed class TemplateLexer(string source)
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly List<TemplateToken> tokens = [];
    private int at;
    private int line = 1;
    private int textFrom;
    private int textLine = 1;
    private bool trimsStart;

    /// <exception cref="TemplateSyntaxException">A part does not end, or holds what is no token.</exception>
    internal static List<TemplateToken> Read(string source)
    {
        var lexer = new TemplateLexer(source);
        lexer.ReadAll();
        return lexer.tokens;
    }

    private void ReadAll()
    {
        while (at < source.Length)
        {
            if (Here("{#"))
                SkipComment();
            else if (Here("{{"))
                ReadPart("}}", TokenKind.PrintStart, TokenKind.PrintEnd);
            else if (Here("{%"))
                ReadBlock();
            else
                Advance(1);
        }
        EndText(at);
        // the newline that an editor puts at a file's end is none of the template's
        if (tokens is [.., { Kind: TokenKind.Literal } last] && last.Text.EndsWith('\n'))
            tokens[^1] = last with { Text = last.Text[..^1] };
        tokens.Add(new(TokenKind.End, "", line));
    }

    /// <summary>Keeps the text since the last part; a '-' at its side of a part takes its blanks.</summary>
    private void EndText(int end, bool trimsEnd = false)
    {
        var text = source[textFrom..end];
        if (trimsStart)
            text = text.TrimStart();
        if (trimsEnd)
            text = text.TrimEnd();
        if (text.Length > 0)
            tokens.Add(new(TokenKind.Literal, text, textLine));
    }

    private void BeginText(bool trims) => (textFrom, textLine, trimsStart) = (at, line, trims);

    private void SkipComment()
    {
        var end = source.IndexOf("#}", at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw new TemplateSyntaxException(line, "a comment is not ended by '#}'");
        EndText(at, at + 2 < end && source[at + 2] == '-');
        var trims = source[end - 1] == '-' && end > at + 2;
        Advance(end + 2 - at);
        BeginText(trims);
    }

    private void ReadBlock()
    {
        var begun = line;
        ReadPart("%}", TokenKind.BlockStart, TokenKind.BlockEnd);
        var first = tokens.FindLastIndex(token => token.Kind == TokenKind.BlockStart);
        if (tokens.Count - first != 3 || tokens[first + 1] is not { Kind: TokenKind.Name, Text: "raw" })
            return;
        tokens.RemoveRange(first, 3);
        while (at < source.Length)
        {
            if (Here("{%") && source.AsSpan(at + 2).TrimStart('-').TrimStart('+').TrimStart().StartsWith("endraw"))
            {
                ReadPart("%}", TokenKind.BlockStart, TokenKind.BlockEnd);
                first = tokens.FindLastIndex(token => token.Kind == TokenKind.BlockStart);
                tokens.RemoveRange(first, tokens.Count - first);
                return;
            }
            Advance(1);
        }
        throw new TemplateSyntaxException(begun, "a raw part is not ended by 'endraw'");
    }

    private void ReadPart(string end, TokenKind start, TokenKind stop)
    {
        var begun = line;
        EndText(at, at + 2 < source.Length && source[at + 2] == '-');
        tokens.Add(new(start, source.Substring(at, 2), line));
        Advance(2);
        if (at < source.Length && source[at] is '-' or '+')
            Advance(1);
        // a '}' that closes a map of the expression is no end of the part
        var open = new Stack<char>();
        while (true)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at]))
                Advance(1);
            if (at >= source.Length)
                throw new TemplateSyntaxException(begun, $"a part that begins with '{(start == TokenKind.PrintStart ? "{{" : "{%")}' is not ended by '{end}'");
            if (open.Count == 0 && (Here(end) || (source[at] is '-' or '+' && string.CompareOrdinal(source, at + 1, end, 0, 2) == 0)))
            {
                var trims = source[at] == '-';
                Advance(Here(end) ? 2 : 3);
                tokens.Add(new(stop, end, line));
                BeginText(trims);
                return;
            }
            ReadToken(open);
        }
    }

    private void ReadToken(Stack<char> open)
    {
        var c = source[at];
        if (char.IsLetter(c) || c == '_')
            Take(TokenKind.Name, static ch => char.IsLetterOrDigit(ch) || ch == '_');
        else if (char.IsAsciiDigit(c))
            TakeNumber();
        else if (c is '"' or '\'')
            TakeText(c);
        else
            TakeOperator(open);
    }

    private void Take(TokenKind kind, Func<char, bool> belongs)
    {
        var end = at;
        while (end < source.Length && belongs(source[end]))
            end++;
        tokens.Add(new(kind, source[at..end], line));
        Advance(end - at);
    }

    private void TakeNumber()
    {
        var end = at;
        while (end < source.Length && (char.IsAsciiLetterOrDigit(source[end]) || source[end] == '_'
            || (source[end] == '.' && end + 1 < source.Length && char.IsAsciiDigit(source[end + 1]))
            || (source[end] is '+' or '-' && source[end - 1] is 'e' or 'E')))
            end++;
        var text = source[at..end].Replace("_", "", StringComparison.Ordinal);
        var isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && text.Length > 2 && text.Skip(2).All(char.IsAsciiHexDigit);
        if (!isHexadecimal && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            throw new TemplateSyntaxException(line, $"'{text}' is no number");
        tokens.Add(new(TokenKind.Number, text, line));
        Advance(end - at);
    }

    private void TakeText(char quote)
    {
        var end = at + 1;
        while (end < source.Length && source[end] != quote)
            end += source[end] == '\\' ? 2 : 1;
        if (end >= source.Length)
            throw new TemplateSyntaxException(line, $"a text is not ended by {quote}");
        tokens.Add(new(TokenKind.Text, Unescaped(source[(at + 1)..end]), line));
        Advance(end + 1 - at);
    }

    private static string Unescaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
                plain.Append(text[i]);
            else if (text[++i] is 'u' && i + 4 < text.Length && ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                (_, i) = (plain.Append((char)code), i + 4);
            else
                plain.Append(text[i] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '\\' => "\\", '\'' => "'", '"' => "\"", var other => "\\" + other });
        }
        return plain.ToString();
    }

    private void TakeOperator(Stack<char> open)
    {
        var found = Operators.FirstOrDefault(Here) ?? throw new TemplateSyntaxException(line, $"unexpected character '{source[at]}'");
        if (found is "(" or "[" or "{")
            open.Push(found[0]);
        else if (found is ")" or "]" or "}" && (!open.TryPop(out var begun) || (begun, found) is not (('(', ")") or ('[', "]") or ('{', "}"))))
            throw new TemplateSyntaxException(line, $"unexpected '{found}'");
        tokens.Add(new(TokenKind.Operator, found, line));
        Advance(found.Length);
    }

    private bool Here(string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

    private void Advance(int count)
    {
        line += source.AsSpan(at, count).Count('\n');
        at += count;
    }
}

internal enum TokenKind
{
    PrintStart,
    PrintEnd,
    BlockStart,
    BlockEnd,
    Name,
    Number,
    Text,
    Operator,
    Literal,
    End,
}

internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line);
