using System.Security.Cryptography;

namespace Reeve.Deployments.Tests.Support;

/// <summary>Folders to compare: each file with its content and whether it is executable.</summary>
public static class FolderTree
{
    /// <summary>Names that have gone wrong somewhere: spaces, Unicode, what addresses and query strings have a meaning for.</summary>
    public static readonly string[] AwkwardNames =
        ["flow.py", "a folder/with spaces in it.txt", "ünïcödé/日本語.py", "emoji 🎉.md", "100%.txt", "a+b=c&d.txt", "q?u#e;r:y@!$,'().txt", "~tilde/[brackets]{braces}.txt", "empty", ".hidden/.env", "deep/er/and/deeper/still/x", "caf\u0065\u0301"];

    public static void Fill(TemporaryFolder folder)
    {
        foreach (var name in AwkwardNames)
            folder.Write(name, name == "empty" ? "" : $"the content of {name}\r\n\0");
        var script = folder.Write("bin/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, File.GetUnixFileMode(script) | UnixFileMode.UserExecute);
    }

    public static SortedDictionary<string, string> Read(string root)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            using var file = File.OpenRead(path);
            files[Path.GetRelativePath(root, path)] = Convert.ToHexString(SHA256.HashData(file)) + (File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute) ? " x" : "");
        }
        return files;
    }
}
