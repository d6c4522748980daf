namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>A PATH of everything that this machine has, with a <c>prefect</c> that is reeve, with Python or without.</summary>
internal static class PrefectOnPath
{
    /// <summary>Makes the folder <c>tools</c> in the installation's, and gives its path.</summary>
    public static string Make(Installation reeve, bool python)
    {
        var tools = Directory.CreateDirectory(Path.Combine(reeve.Folder, "tools")).FullName;
        foreach (var file in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles))
        {
            var name = Path.GetFileName(file);
            if ((python || (!name.StartsWith("python", StringComparison.Ordinal) && !name.StartsWith("pip", StringComparison.Ordinal))) && name is not ("prefect" or "az") && !File.Exists(Path.Combine(tools, name)))
                File.CreateSymbolicLink(Path.Combine(tools, name), file);
        }
        Add(tools, "prefect", $"exec '{Repository.Reeve}' \"$@\"");
        return tools;
    }

    /// <summary>A program of these lines of sh.</summary>
    public static void Add(string tools, string name, string lines)
    {
        var program = Path.Combine(tools, name);
        File.WriteAllText(program, $"#!/bin/sh\n{lines.ReplaceLineEndings("\n")}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
