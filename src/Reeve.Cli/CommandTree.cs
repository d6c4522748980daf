using System.CommandLine;
using Reeve.Cli.Commands.Config;
using Reeve.Cli.Commands.Profiles;

namespace Reeve.Cli;

/// <summary>All commands, as a table of contents. Only the branch that the arguments name is built: a tree of seventy commands costs more than most commands do.</summary>
internal static class CommandTree
{
    public static IReadOnlyList<Branch> Branches { get; } =
    [
        new Branch("config", "Show and change settings", () => [new ConfigSetCommand(), new ConfigViewCommand(), new ConfigUnsetCommand()]),
        new Branch("profile", "Keep sets of settings under names", () =>
            [new ProfileCreateCommand(), new ProfileUseCommand(), new ProfileLsCommand(), new ProfileInspectCommand(), new ProfileRenameCommand(), new ProfileDeleteCommand()]),
    ];

    public static RootCommand Build(GlobalOptions globals, IReadOnlyList<string> args)
    {
        var root = new RootCommand("Orchestrates workflows written in C# or Python");
        root.Options.Clear();
        root.Directives.Clear();
        foreach (var option in (ReadOnlySpan<Option>)[globals.Profile, globals.Prompt, globals.NoPrompt, globals.Version, globals.Help])
            root.Options.Add(option);
        foreach (var branch in Branches)
            root.Subcommands.Add(args.Contains(branch.Name) ? branch.Build() : branch.Bare());
        return root;
    }
}

/// <summary>A first word of the command line and what grows from it.</summary>
internal sealed class Branch
{
    private readonly Func<Command> _build;

    public Branch(string name, string description, Func<IReadOnlyList<Command>> children)
    {
        (Name, Description) = (name, description);
        _build = () =>
        {
            var group = new CommandGroup(name, description);
            foreach (var child in children())
                group.Subcommands.Add(child);
            return group;
        };
    }

    public Branch(string name, string description, Func<CliCommand> command) => (Name, Description, _build) = (name, description, command);

    public string Name { get; }

    public string Description { get; }

    public Command Build() => _build();

    public Command Bare() => new CommandGroup(Name, Description);
}
