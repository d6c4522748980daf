namespace Reeve.Cli;

/// <summary>How this very program is started again.</summary>
internal static class SelfCommand
{
    public static IReadOnlyList<string> Words { get; } = Find(Environment.ProcessPath);

    // Started as a program file of its own, or by the dotnet host (its own path, since PATH may lead to another).
    private static List<string> Find(string? process) => Path.GetFileName(process) switch
    {
        "Reeve.Cli" or "Reeve.Cli.exe" => [process!],
        "dotnet" or "dotnet.exe" => [process!, Assembly],
        _ => ["dotnet", Assembly],
    };

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "Reeve.Cli.dll");
}
