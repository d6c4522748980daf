using System.CommandLine;
using Reeve.Cli.Commands;
using Reeve.Cli.Commands.Blocks;
using Reeve.Cli.Commands.Config;
using Reeve.Cli.Commands.Demo;
using Reeve.Cli.Commands.Deployments;
using Reeve.Cli.Commands.FlowRuns;
using Reeve.Cli.Commands.Flows;
using Reeve.Cli.Commands.Profiles;
using Reeve.Cli.Commands.Server;
using Reeve.Cli.Commands.Variables;
using Reeve.Cli.Commands.Workers;
using Reeve.Cli.Commands.WorkPools;

namespace Reeve.Cli;

/// <summary>All commands, as a table of contents. Only the branch that the arguments name is built: a tree of fifty commands costs more than most commands do.</summary>
internal static class CommandTree
{
    public static IReadOnlyList<Branch> Branches { get; } =
    [
        new Branch("demo", DemoCommand.Summary, () => new DemoCommand()),
        new Branch("server", "Start and stop the server", () => [new ServerStartCommand(), new ServerStopCommand(), new ServerStatusCommand()]),
        new Branch("worker", "Run workers", () => [new WorkerStartCommand()]),
        new Branch("init", InitCommand.Summary, () => new InitCommand()),
        new Branch("deploy", DeployCommand.Summary, () => new DeployCommand()),
        new Branch("deployment", "Run, show and change deployments", () =>
        [
            new DeploymentRunCommand(), new DeploymentLsCommand(), new DeploymentInspectCommand(), new DeploymentDeleteCommand(),
            new DeploymentPauseCommand(pause: true), new DeploymentPauseCommand(pause: false),
            Branch.Group("schedule", "Show and change the schedules of a deployment",
                new ScheduleCreateCommand(), new ScheduleLsCommand(), new ScheduleSwitchCommand(active: false), new ScheduleSwitchCommand(active: true), new ScheduleDeleteCommand(),
                new ScheduleClearCommand()),
        ]),
        new Branch("flow-run", "Show, watch, cancel and delete flow runs", () =>
        [
            new FlowRunLsCommand(), new FlowRunInspectCommand(), new FlowRunLogsCommand(), new FlowRunWatchCommand(), new FlowRunCancelCommand(), new FlowRunDeleteCommand(),
            new FlowRunExecuteCommand(),
        ]),
        new Branch("flow", "Show flows", () => [new FlowLsCommand()]),
        new Branch("work-pool", "Make, show and change work pools", () =>
        [
            new WorkPoolCreateCommand(), new WorkPoolLsCommand(), new WorkPoolInspectCommand(), new WorkPoolDeleteCommand(),
            new WorkPoolPauseCommand(pause: true), new WorkPoolPauseCommand(pause: false), new WorkPoolLimitCommand(set: true), new WorkPoolLimitCommand(set: false),
            new WorkPoolUpdateCommand(), new WorkPoolPreviewCommand(), new DefaultJobTemplateCommand(),
        ]),
        new Branch("work-queue", "Make, show and change work queues", () =>
        [
            new WorkQueueCreateCommand(), new WorkQueueLsCommand(), new WorkQueueInspectCommand(), WorkQueueChangeCommand.Pause(), WorkQueueChangeCommand.Resume(), new WorkQueueLimitCommand(),
            WorkQueueChangeCommand.ClearLimit(), new WorkQueuePreviewCommand(), new WorkQueueReadRunsCommand(), new WorkQueueDeleteCommand(),
        ]),
        new Branch("block", "Keep secrets and other configuration on the server", () =>
            [new BlockCreateCommand(), new BlockLsCommand(), new BlockInspectCommand(), new BlockDeleteCommand(), Branch.Group("type", "Show the kinds of blocks", new BlockTypeLsCommand())]),
        new Branch("variable", "Keep plain values on the server", () =>
            [new VariableSetCommand(), new VariableGetCommand(whole: false), new VariableGetCommand(whole: true), new VariableLsCommand(), new VariableUnsetCommand()]),
        new Branch("config", "Show and change settings", () => [new ConfigSetCommand(), new ConfigViewCommand(), new ConfigUnsetCommand()]),
        new Branch("profile", "Keep sets of settings under names", () =>
            [new ProfileCreateCommand(), new ProfileUseCommand(), new ProfileLsCommand(), new ProfileInspectCommand(), new ProfileRenameCommand(), new ProfileDeleteCommand()]),
        new Branch("version", VersionCommand.Summary, () => new VersionCommand()),
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
        _build = () => Group(name, description, [.. children()]);
    }

    public Branch(string name, string description, Func<CliCommand> command) => (Name, Description, _build) = (name, description, command);

    public string Name { get; }

    public string Description { get; }

    public static Command Group(string name, string description, params Command[] children)
    {
        var group = new CommandGroup(name, description);
        foreach (var child in children)
            group.Subcommands.Add(child);
        return group;
    }

    public Command Build() => _build();

    public Command Bare() => new CommandGroup(Name, Description);
}
