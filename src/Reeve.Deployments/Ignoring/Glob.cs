using System.Buffers;

namespace Reeve.Deployments.Ignoring;

/// <summary>
/// A pattern of a gitignore file over the bytes of a name, compiled once. Bytes, not characters, because git counts them: '?' is half an 'é'.
/// Matching is a walk over (token, position) pairs, each visited once, so no pattern takes exponential time.
/// </summary>
internal sealed class Glob
{
    private readonly List<Token> _tokens = [];
    private readonly bool _never;
    private readonly byte[]? _literal;

    /// <param name="pattern">The pattern, without '!' in front and '/' behind.</param>
    /// <param name="isPath">Whether '*', '?' and classes stop at '/', and '**' has its meaning.</param>
    public Glob(ReadOnlySpan<byte> pattern, bool isPath)
    {
        _never = !Compile(pattern, isPath);
        if (!_never && _tokens.TrueForAll(token => token.Kind is TokenKind.Literal))
            _literal = [.. _tokens.Select(token => token.Byte)];
    }

    private enum TokenKind
    {
        Literal,
        Set,
        Star,

        /// <summary>Any bytes, '/' among them.</summary>
        Everything,

        /// <summary>"**/": no folder, or any number of them.</summary>
        Folders,
    }

    public bool Matches(ReadOnlySpan<byte> text)
    {
        if (_never)
            return false;
        if (_literal is not null)
            return text.SequenceEqual(_literal);
        var width = text.Length + 1;
        var size = (_tokens.Count + 1) * width;
        var tried = ArrayPool<bool>.Shared.Rent(size);
        Array.Clear(tried, 0, size);
        var matches = Matches(0, text, 0, tried);
        ArrayPool<bool>.Shared.Return(tried);
        return matches;
    }

    private bool Matches(int token, ReadOnlySpan<byte> text, int at, bool[] tried)
    {
        while (token < _tokens.Count)
        {
            var current = _tokens[token];
            if (current.Kind is TokenKind.Literal or TokenKind.Set)
            {
                if (at == text.Length || !current.Takes(text[at]))
                    return false;
                (token, at) = (token + 1, at + 1);
                continue;
            }
            ref var known = ref tried[token * (text.Length + 1) + at];
            if (known)
                return false;
            known = true;
            return current.Kind is TokenKind.Folders ? MatchesFolders(token, text, at, tried) : MatchesRun(token, current, text, at, tried);
        }
        return at == text.Length;
    }

    private bool MatchesRun(int token, Token current, ReadOnlySpan<byte> text, int at, bool[] tried)
    {
        for (var end = at; ; end++)
        {
            if (Matches(token + 1, text, end, tried))
                return true;
            if (end == text.Length || !current.Takes(text[end]))
                return false;
        }
    }

    private bool MatchesFolders(int token, ReadOnlySpan<byte> text, int at, bool[] tried)
    {
        if (Matches(token + 1, text, at, tried))
            return true;
        for (var end = at; end < text.Length; end++)
            if (text[end] == '/' && Matches(token + 1, text, end + 1, tried))
                return true;
        return false;
    }

    // False: the pattern is malformed, and such a pattern matches nothing.
    private bool Compile(ReadOnlySpan<byte> pattern, bool isPath)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case (byte)'\\':
                    if (++i == pattern.Length)
                        return false;
                    _tokens.Add(Token.Of(pattern[i]));
                    break;
                case (byte)'?':
                    _tokens.Add(Token.AnyOf(_ => true, isPath));
                    break;
                case (byte)'*':
                    i = CompileStars(pattern, i, isPath);
                    break;
                case (byte)'[':
                    if (GlobSet.Read(pattern, ref i) is not { } set)
                        return false;
                    _tokens.Add(Token.AnyOf(set.Contains, isPath));
                    break;
                default:
                    _tokens.Add(Token.Of(pattern[i]));
                    break;
            }
        }
        return true;
    }

    // Two stars cross folders only as a whole segment; elsewhere they are one.
    private int CompileStars(ReadOnlySpan<byte> pattern, int start, bool isPath)
    {
        var end = start;
        while (end + 1 < pattern.Length && pattern[end + 1] == '*')
            end++;
        var rest = pattern[(end + 1)..];
        var isSegment = end > start && (start == 0 || pattern[start - 1] == '/') && (rest.IsEmpty || rest[0] == '/' || rest.StartsWith("\\/"u8));
        if (!isPath || (isSegment && (rest.IsEmpty || rest[0] != '/')))
            _tokens.Add(new Token(TokenKind.Everything, 0, null));
        else if (isSegment)
        {
            _tokens.Add(new Token(TokenKind.Folders, 0, null));
            end++;
        }
        else
            _tokens.Add(Token.NotSlash);
        return end;
    }

    private sealed record Token(TokenKind Kind, byte Byte, bool[]? Set)
    {
        public static Token NotSlash { get; } = new(TokenKind.Star, 0, null);

        public static Token Of(byte value) => new(TokenKind.Literal, value, null);

        public static Token AnyOf(Func<byte, bool> contains, bool isPath) =>
            new(TokenKind.Set, 0, [.. Enumerable.Range(0, 256).Select(value => contains((byte)value) && !(isPath && value == '/'))]);

        public bool Takes(byte value) => Kind switch
        {
            TokenKind.Literal => value == Byte,
            TokenKind.Set => Set![value],
            TokenKind.Star => value != '/',
            _ => true,
        };
    }
}
