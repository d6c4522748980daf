namespace Reeve.Cli;

/// <summary>How this very program is started again.</summary>
internal static class SelfCommand
{
    public static IReadOnlyList<string> Words { get; } = Find();

    private static List<string> Find()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "Reeve.Cli.dll");
        // Started by the dotnet host, or by a program file of its own.
        return Environment.ProcessPath is { } process && Path.GetFileNameWithoutExtension(process) == "Reeve.Cli" ? [process] : [DotnetHost(), assembly];
    }

    private static string DotnetHost()
    {
        if (Environment.ProcessPath is { } process && Path.GetFileNameWithoutExtension(process) == "dotnet")
            return process;
        return "dotnet";
    }
}
