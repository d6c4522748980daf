using System.Text;

namespace Reeve.Deployments.Ignoring;

/// <summary>One line of an ignore file.</summary>
/// <param name="File">The file it stands in, from the root, with '/'.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">As it is written.</param>
internal sealed record IgnorePattern(string File, int Line, string Text)
{
    private static readonly byte[] GlobCharacters = [.. "*?[\\"u8];

    private bool _onlyFolders;
    private bool _isName;
    private byte[] _prefix = [];
    private Glob _glob = new([], false);

    /// <summary>Whether it takes back what earlier lines ignored.</summary>
    public bool IsNegated { get; private set; }

    /// <summary>The pattern of a line; null for a comment or an empty line.</summary>
    public static IgnorePattern? Parse(string file, int number, string line)
    {
        var text = TrimEnd(line.EndsWith('\r') ? line[..^1] : line);
        if (text.Length == 0 || text[0] == '#')
            return null;
        var pattern = new IgnorePattern(file, number, text);
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(text);
        if (bytes[0] == '!')
        {
            pattern.IsNegated = true;
            bytes = bytes[1..];
        }
        if (!bytes.IsEmpty && bytes[^1] == '/')
        {
            pattern._onlyFolders = true;
            bytes = bytes[..^1];
        }
        pattern._isName = !bytes.Contains((byte)'/');
        if (!pattern._isName)
        {
            if (bytes[0] == '/')
                bytes = bytes[1..];
            // git cuts the literal beginning off first, and what "**" means depends on what is left; so it is done the same way here.
            var special = bytes.IndexOfAny(GlobCharacters);
            var prefix = special < 0 ? bytes.Length : special;
            pattern._prefix = bytes[..prefix].ToArray();
            bytes = bytes[prefix..];
        }
        pattern._glob = new Glob(bytes, isPath: !pattern._isName);
        return pattern;
    }

    /// <param name="path">Below the folder of the ignore file.</param>
    /// <param name="name">Its last segment.</param>
    /// <param name="isFolder">Whether it is a folder; a link to one is not.</param>
    public bool Matches(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, bool isFolder)
    {
        if (_onlyFolders && !isFolder)
            return false;
        return _isName ? _glob.Matches(name) : path.StartsWith(_prefix) && _glob.Matches(path[_prefix.Length..]);
    }

    // Spaces at the end count only behind a backslash.
    private static string TrimEnd(string line)
    {
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
                end = Math.Min(++i + 1, line.Length);
            else if (line[i] != ' ')
                end = i + 1;
        }
        return line[..end];
    }
}
