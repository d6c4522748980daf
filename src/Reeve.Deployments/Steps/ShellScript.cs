namespace Reeve.Deployments.Steps;

/// <summary>
/// A script on its way to a shell: a file only its owner reads, gone afterwards. On a command line every user of the machine could read it; on the
/// shell's input the script's own programs would eat it.
/// </summary>
internal sealed class ShellScript : IDisposable
{
    // Each ends at the first command that fails, as the lines of a script without a shell do.
    private static readonly Dictionary<string, (string[] Arguments, string Extension)> Shells = new()
    {
        ["sh"] = (["-e"], ".sh"),
        ["bash"] = (["--noprofile", "--norc", "-eo", "pipefail"], ".sh"),
        ["zsh"] = (["-f", "-e"], ".sh"),
        ["pwsh"] = (["-NoProfile", "-NonInteractive", "-File"], ".ps1"),
        ["powershell"] = (["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"], ".ps1"),
        ["cmd"] = (["/d", "/c"], ".cmd"),
    };

    private readonly string _folder;

    private ShellScript(string program, string folder, string file)
    {
        _folder = folder;
        Program = program;
        Arguments = [.. Shells[program].Arguments, file];
    }

    public static string Default => OperatingSystem.IsWindows() ? "powershell" : "sh";

    public static string Names => string.Join(", ", Shells.Keys);

    public string Program { get; }

    public IReadOnlyList<string> Arguments { get; }

    public static bool IsKnown(string shell) => Shells.ContainsKey(shell);

    public static ShellScript Write(string shell, string script)
    {
        var extension = Shells[shell].Extension;
        var folder = Directory.CreateTempSubdirectory("reeve-script-").FullName; // nobody else may look into it
        var file = Path.Combine(folder, "script" + extension);
        var text = script.ReplaceLineEndings(extension == ".cmd" ? "\r\n" : "\n");
        File.WriteAllText(file, extension == ".ps1" ? "$ErrorActionPreference = 'Stop'\n" + text + "\nexit $LASTEXITCODE\n" : text + "\n");
        return new ShellScript(shell, folder, file);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
