using System.Text;

namespace Reeve.Deployments.Storage;

/// <summary>Keys of objects and paths of files: one is made of the other, and what would leave the folder is refused.</summary>
internal static class ObjectNames
{
    /// <summary>What the keys below a folder begin with: without a slash in front, with one behind; empty for the whole bucket.</summary>
    public static string Prefix(params IEnumerable<string?> folders)
    {
        var parts = folders.SelectMany(folder => (folder ?? "").Replace('\\', '/').Split('/')).Where(part => part is not ("" or "."));
        var prefix = string.Join('/', parts);
        return prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <summary>The path below the folder that a key stands for; null and a reason: it is not to be written anywhere.</summary>
    public static (string? Path, string? Fault) Place(string name)
    {
        if (name.Contains('\0', StringComparison.Ordinal))
            return (null, "holds a NUL character");
        if (name.StartsWith('/') || name.StartsWith('\\'))
            return (null, "is an absolute path");
        if (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0]))
            return (null, "begins with a drive letter");
        if (name.Split('/', '\\').Contains(".."))
            return (null, "leads out of the folder");
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToArray();
        if (parts.FirstOrDefault(part => Encoding.UTF8.GetByteCount(part) > 255) is not null)
            return (null, "has a part longer than the 255 bytes a file's name may have");
        if (OperatingSystem.IsWindows() && name.IndexOfAny(Path.GetInvalidFileNameChars().Except(['/']).ToArray()) >= 0)
            return (null, "has characters that no file's name may have on this system");
        return parts.Length == 0 ? (null, "is empty") : (string.Join('/', parts), null);
    }
}
