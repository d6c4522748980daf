using System.Text;

namespace Reeve.Deployments.Ignoring;

/// <summary>A bracket expression of a pattern: bytes, ranges, classes such as [:alpha:], all of it perhaps negated.</summary>
internal sealed class GlobSet
{
    private readonly bool[] _members = new bool[256];
    private bool _isNegated;

    public bool Contains(byte value) => _members[value] != _isNegated;

    /// <summary>Reads from the '[' at <paramref name="i"/> and leaves it at the ']'; null when the expression is not closed or names an unknown class.</summary>
    public static GlobSet? Read(ReadOnlySpan<byte> pattern, ref int i)
    {
        var set = new GlobSet();
        var at = i + 1;
        if (at < pattern.Length && pattern[at] is (byte)'!' or (byte)'^')
        {
            set._isNegated = true;
            at++;
        }
        var previous = -1; // what a range may begin with
        for (var isFirst = true; ; isFirst = false, at++)
        {
            if (at >= pattern.Length)
                return null;
            if (pattern[at] == ']' && !isFirst) // the first is a member
                break;
            if (pattern[at] == '-' && previous >= 0 && at + 1 < pattern.Length && pattern[at + 1] != ']')
            {
                at++;
                if (pattern[at] == '\\' && ++at == pattern.Length)
                    return null;
                for (var value = previous; value <= pattern[at]; value++)
                    set._members[value] = true;
                previous = -1;
            }
            else if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':' && ClassEnd(pattern, at) is var end and not -1)
            {
                if (end == -2 || !set.AddClass(pattern[(at + 2)..(end - 1)]))
                    return null;
                (at, previous) = (end, -1);
            }
            else
            {
                if (pattern[at] == '\\' && ++at == pattern.Length)
                    return null;
                set._members[pattern[at]] = true;
                previous = pattern[at];
            }
        }
        i = at;
        return set;
    }

    // Where the ']' of "[:name:]" is; -1: it is no class, and the '[' a plain member; -2: nothing closes it.
    private static int ClassEnd(ReadOnlySpan<byte> pattern, int at)
    {
        var length = pattern[(at + 2)..].IndexOf((byte)']');
        if (length < 0)
            return -2;
        var end = at + 2 + length;
        return length > 0 && pattern[end - 1] == ':' ? end : -1;
    }

    private bool AddClass(ReadOnlySpan<byte> name)
    {
        Func<char, bool>? members = Encoding.ASCII.GetString(name) switch
        {
            "alnum" => char.IsAsciiLetterOrDigit,
            "alpha" => char.IsAsciiLetter,
            "blank" => c => c is ' ' or '\t',
            "cntrl" => c => c is < ' ' or '\x7f',
            "digit" => char.IsAsciiDigit,
            "graph" => c => c is > ' ' and < '\x7f',
            "lower" => char.IsAsciiLetterLower,
            "print" => c => c is >= ' ' and < '\x7f',
            "punct" => c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
            "space" => c => c is ' ' or (>= '\t' and <= '\r'),
            "upper" => char.IsAsciiLetterUpper,
            "xdigit" => char.IsAsciiHexDigit,
            _ => null,
        };
        if (members is null)
            return false;
        for (var c = '\0'; c < 128; c++)
            _members[c] |= members(c);
        return true;
    }
}
