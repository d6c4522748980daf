using System.CommandLine;

namespace Reeve.Cli;

/// <summary>Options that stand before the command, and <c>--help</c>, which stands anywhere.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Profile { get; } = new("--profile", "-p") { Description = "Use this profile instead of the active one", HelpName = "NAME" };

    public Option<bool> Prompt { get; } = new("--prompt") { Description = "Ask questions even if no terminal is seen" };

    public Option<bool> NoPrompt { get; } = new("--no-prompt") { Description = "Never ask questions" };

    public Option<bool> Version { get; } = new("--version", "-v") { Description = "Show the version" };

    public Option<bool> Help { get; } = new("--help", "-h") { Description = "Show this help", Recursive = true };
}
