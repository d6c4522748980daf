using System.Text;

namespace Reeve.Deployments.Ignoring;

/// <summary>What the ignore files of a folder say of a path, and which line said it.</summary>
/// <param name="Because">The line that decided; null: none speaks of it.</param>
/// <param name="Through">The folder above it that the line is about, when it is not the path itself.</param>
internal sealed record IgnoreVerdict(bool IsIgnored, IgnorePattern? Because, string? Through)
{
    public static IgnoreVerdict Unmentioned { get; } = new(false, null, null);
}

/// <summary>
/// The ignore files of a folder tree, with git's rules: the last line that matches decides, files in deeper folders come after those above,
/// and nothing below an ignored folder can be taken back.
/// </summary>
internal sealed class IgnoreRules
{
    /// <summary>Read when no other file is named, in this order: a line of the second has the last word.</summary>
    public static readonly IReadOnlyList<string> DefaultNames = [".prefectignore", ".reeveignore"];

    private readonly string _root;
    private readonly IReadOnlyList<string> _names;
    private readonly Dictionary<string, List<IgnorePattern>> _patterns = [];

    private IgnoreRules(string root, IReadOnlyList<string> names) => (_root, _names) = (root, names);

    /// <summary>Rules that ignore nothing.</summary>
    public static IgnoreRules None => new("", []);

    /// <param name="root">The folder that is pushed.</param>
    /// <param name="file">A file below the root that takes the place of the usual ones; the name of a usual one stands for both.</param>
    /// <exception cref="FileNotFoundException">The file that was named is not there.</exception>
    public static IgnoreRules Read(string root, string? file)
    {
        if (string.IsNullOrWhiteSpace(file) || DefaultNames.Contains(file))
            return new IgnoreRules(root, DefaultNames);
        if (!File.Exists(Path.Combine(root, file)))
            throw new FileNotFoundException($"the ignore file '{file}' is not in '{root}'");
        return new IgnoreRules(root, [file]);
    }

    /// <summary>The verdict on a path from the root, with '/'; the folders above it are asked first.</summary>
    public IgnoreVerdict Explain(string path, bool isFolder)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            if (Judge(path[..slash], isFolder: true) is { IsIgnored: true } above)
                return above with { Through = path[..slash] };
        return Judge(path, isFolder);
    }

    /// <summary>The verdict on a path no folder above which is ignored.</summary>
    public IgnoreVerdict Judge(string path, bool isFolder)
    {
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(path);
        var name = bytes[(bytes.LastIndexOf((byte)'/') + 1)..];
        for (var folder = Parent(path); ; folder = Parent(folder))
        {
            var below = bytes[(folder.Length == 0 ? 0 : Encoding.UTF8.GetByteCount(folder) + 1)..];
            var patterns = PatternsOf(folder);
            for (var i = patterns.Count - 1; i >= 0; i--)
                if (patterns[i].Matches(below, name, isFolder))
                    return new IgnoreVerdict(!patterns[i].IsNegated, patterns[i], null);
            if (folder.Length == 0)
                return IgnoreVerdict.Unmentioned;
        }
    }

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    private List<IgnorePattern> PatternsOf(string folder)
    {
        if (_patterns.TryGetValue(folder, out var known))
            return known;
        List<IgnorePattern> patterns = [];
        foreach (var name in _names)
        {
            var file = folder.Length == 0 ? name : $"{folder}/{name}";
            var path = Path.Combine(_root, file);
            if (!File.Exists(path))
                continue;
            var lines = File.ReadAllText(path).Split('\n');
            for (var i = 0; i < lines.Length; i++)
                if (IgnorePattern.Parse(file, i + 1, lines[i]) is { } pattern)
                    patterns.Add(pattern);
        }
        _patterns[folder] = patterns;
        return patterns;
    }
}
