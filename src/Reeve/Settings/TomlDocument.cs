using System.Text;

namespace Reeve.Settings;

/// <summary>
/// The plain values of a TOML file, each with the names that lead to it. Lists are texts joined by commas, since that is how settings write lists; arrays of tables are
/// passed over. It reads all of TOML's syntax, for files that hold much else (pyproject.toml), and keeps numbers and times as they are written.
/// </summary>
internal sealed class TomlDocument
{
    private readonly string _text;
    private readonly string _file;
    private readonly List<(string[] Path, string Value)> _values = [];
    private int _at;

    private TomlDocument(string text, string file) => (_text, _file) = (text, file);

    /// <exception cref="SettingsException">The text is not TOML; the message names the line.</exception>
    public static IReadOnlyList<(string[] Path, string Value)> Read(string text, string file)
    {
        var document = new TomlDocument(text.Replace("\r\n", "\n", StringComparison.Ordinal), file);
        document.ReadAll();
        return document._values;
    }

    private void ReadAll()
    {
        string[]? table = [];
        for (Skip(lines: true); _at < _text.Length; Skip(lines: true))
        {
            if (_text[_at] == '[')
                table = Table();
            else
                Entry(table);
            Skip(lines: false);
            if (_at < _text.Length && _text[_at] != '\n')
                throw Fault("the line should end here");
        }
    }

    // null: a table of an array, which holds no settings
    private string[]? Table()
    {
        var isArray = _text.AsSpan(_at).StartsWith("[[");
        _at += isArray ? 2 : 1;
        var path = Key();
        foreach (var bracket in isArray ? "]]" : "]")
            Expect(bracket);
        return isArray ? null : path;
    }

    private void Entry(string[]? table)
    {
        var key = Key();
        Expect('=');
        Skip(lines: false);
        Value(table is null ? null : [.. table, .. key]);
    }

    private string[] Key()
    {
        List<string> parts = [];
        do
        {
            Skip(lines: false);
            var start = _at;
            if (_at < _text.Length && _text[_at] is '"' or '\'')
            {
                parts.Add(Text());
            }
            else
            {
                while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-'))
                    _at++;
                if (_at == start)
                    throw Fault("a name is expected");
                parts.Add(_text[start.._at]);
            }

            Skip(lines: false);
        }
        while (Take('.'));
        return [.. parts];
    }

    private string? Value(string[]? path)
    {
        if (_at >= _text.Length)
            throw Fault("a value is expected");
        var value = _text[_at] switch
        {
            '"' or '\'' => Text(),
            '[' => List(),
            '{' => InlineTable(path),
            _ => Bare(),
        };
        if (path is not null && value is not null)
            _values.Add((path, value));
        return value;
    }

    private string List()
    {
        _at++;
        List<string?> items = [];
        for (Skip(lines: true); !Take(']'); Skip(lines: true))
        {
            items.Add(Value(null));
            Skip(lines: true);
            if (!Take(',') && (_at >= _text.Length || _text[_at] != ']'))
                throw Fault("',' or ']' is expected");
        }

        return string.Join(',', items);
    }

    private string? InlineTable(string[]? path)
    {
        _at++;
        for (Skip(lines: true); !Take('}'); Skip(lines: true))
        {
            Entry(path);
            Skip(lines: true);
            if (!Take(',') && (_at >= _text.Length || _text[_at] != '}'))
                throw Fault("',' or '}' is expected");
        }

        return null;
    }

    private string Bare()
    {
        var start = _at;
        Word();
        // a date and its time may stand apart
        if (_at - start == 10 && _text[start + 4] == '-' && _at + 1 < _text.Length && _text[_at] == ' ' && char.IsAsciiDigit(_text[_at + 1]))
        {
            _at++;
            Word();
        }

        var value = _text[start.._at];
        return value.Length > 0 && (char.IsAsciiDigit(value[0]) || value[0] is '+' or '-' || value is "true" or "false" or "inf" or "nan")
            ? value
            : throw Fault($"'{value}' is no value: texts stand in quotes");
    }

    private void Word()
    {
        while (_at < _text.Length && _text[_at] is not (',' or ']' or '}' or '#') && !char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private string Text()
    {
        var quote = _text[_at];
        var three = new string(quote, 3);
        if (_text.AsSpan(_at).StartsWith(three))
            return LongText(quote, three);
        var value = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] != '\n'; _at++)
        {
            if (_text[_at] == quote)
            {
                _at++;
                return value.ToString();
            }

            if (_text[_at] == '\\' && quote == '"')
                Escape(value);
            else
                value.Append(_text[_at]);
        }

        throw Fault("the quote is not closed");
    }

    private string LongText(char quote, string three)
    {
        _at += 3;
        if (_at < _text.Length && _text[_at] == '\n')
            _at++;
        var value = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            if (_text.AsSpan(_at).StartsWith(three))
            {
                _at += 3;
                for (; _at < _text.Length && _text[_at] == quote; _at++) // up to two quotes may stand before the end
                    value.Append(quote);
                return value.ToString();
            }

            if (_text[_at] == '\\' && quote == '"')
                Escape(value);
            else
                value.Append(_text[_at]);
        }

        throw Fault("the quotes are not closed");
    }

    // stands at the backslash, and ends at the last character of the escape
    private void Escape(StringBuilder value)
    {
        var kind = ++_at < _text.Length ? _text[_at] : '\n';
        var digits = kind switch { 'u' => 4, 'U' => 8, 'x' => 2, _ => 0 };
        if (digits > 0)
        {
            if (_at + digits >= _text.Length || !int.TryParse(_text.AsSpan(_at + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code) || !Rune.TryCreate(code, out var rune))
                throw Fault("the escape is no character");
            value.Append(rune);
            _at += digits;
        }
        else if (char.IsWhiteSpace(kind))
        {
            while (_at + 1 < _text.Length && char.IsWhiteSpace(_text[_at + 1]))
                _at++;
        }
        else
        {
            value.Append(kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', 'e' => '\e', '"' or '\\' => kind, _ => throw Fault($"'\\{kind}' is no escape") });
        }
    }

    // blanks and comments, over lines where a value may go on
    private void Skip(bool lines)
    {
        while (_at < _text.Length)
        {
            if (_text[_at] == '#')
                _at = _text.IndexOf('\n', _at) is >= 0 and var end ? end : _text.Length;
            else if (_text[_at] is ' ' or '\t' or '\r' or '\uFEFF' || (lines && _text[_at] == '\n'))
                _at++;
            else
                return;
        }
    }

    private bool Take(char wanted)
    {
        if (_at >= _text.Length || _text[_at] != wanted)
            return false;
        _at++;
        return true;
    }

    private void Expect(char wanted)
    {
        Skip(lines: false);
        if (!Take(wanted))
            throw Fault($"'{wanted}' is expected");
    }

    private SettingsException Fault(string what) => new($"{_file}:{_text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n') + 1}: {what}");
}
