using System.CommandLine;
using Reeve.Cli.Commands;
using Reeve.Cli.Commands.Agents;
using Reeve.Cli.Commands.Artifacts;
using Reeve.Cli.Commands.Blocks;
using Reeve.Cli.Commands.ConcurrencyLimits;
using Reeve.Cli.Commands.Config;
using Reeve.Cli.Commands.Demo;
using Reeve.Cli.Commands.Deployments;
using Reeve.Cli.Commands.Files;
using Reeve.Cli.Commands.FlowRuns;
using Reeve.Cli.Commands.Flows;
using Reeve.Cli.Commands.Images;
using Reeve.Cli.Commands.Profiles;
using Reeve.Cli.Commands.Secrets;
using Reeve.Cli.Commands.Server;
using Reeve.Cli.Commands.Server.Database;
using Reeve.Cli.Commands.TaskRuns;
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
        new Branch("server", "Start and stop the server, look after its database", () =>
        [
            new ServerStartCommand(), new ServerStopCommand(), new ServerStatusCommand(), new ServerRoutesCommand(),
            Branch.Group("database", "Look after the database of the settings", new DatabaseUpgradeCommand(), new DatabaseCheckCommand(), new DatabaseResetCommand(), new DatabaseVacuumCommand(),
                new ForwardOnlyCommand("downgrade", "Says why there is none"), new ForwardOnlyCommand("stamp", "Says why there is none"), new ForwardOnlyCommand("revision", "Says why there is none")),
        ]),
        new Branch("worker", "Run workers", () => [new WorkerStartCommand()]),
        new Branch("agent", "Run agents, which workers have taken over from", () => [new AgentStartCommand()]),
        new Branch("init", InitCommand.Summary, () => new InitCommand()),
        new Branch("project", "The 2.10 names of init, and the recipes it knows", () =>
            [new InitCommand(), new RecipeLsCommand(), Branch.Group("recipe", "The recipes of init", new RecipeLsCommand())]),
        new Branch("deploy", DeployCommand.Summary, () => new DeployCommand()),
        new Branch("plan", PlanCommand.Summary, () => new PlanCommand()),
        new Branch("apply", ApplyCommand.Summary, () => new ApplyCommand()),
        new Branch("promote", PromoteCommand.Summary, () => new PromoteCommand()),
        new Branch("files", "Show what a push of code takes along", () => [new FilesLsCommand()]),
        new Branch("deployment", "Run, show and change deployments", () =>
        [
            new DeploymentRunCommand(), new DeploymentBuildCommand(), new DeploymentApplyCommand(), new DeploymentApplyCommand("create"), new DeploymentLsCommand(), new DeploymentInspectCommand(), new DeploymentDeleteCommand(),
            new DeploymentPauseCommand(pause: true), new DeploymentPauseCommand(pause: false),
            new SetScheduleCommand(), new OldScheduleSwitchCommand(active: false), new OldScheduleSwitchCommand(active: true),
            Branch.Group("schedule", "Show and change the schedules of a deployment",
                new ScheduleCreateCommand(), new ScheduleLsCommand(), new ScheduleSwitchCommand(active: false), new ScheduleSwitchCommand(active: true), new ScheduleDeleteCommand(),
                new ScheduleClearCommand()),
        ]),
        new Branch("flow-run", "Show, watch, cancel, retry and delete flow runs; tell why one does not run", () =>
        [
            new FlowRunLsCommand(), new FlowRunInspectCommand(), new FlowRunLogsCommand(), new FlowRunWatchCommand(), new FlowRunCancelCommand(), new FlowRunDeleteCommand(),
            new FlowRunExecuteCommand(), new FlowRunWhyCommand(), new FlowRunRetryCommand(), new FlowRunResumeCommand(),
        ]),
        new Branch("task-run", "Show task runs", () => [new TaskRunLsCommand(), new TaskRunInspectCommand(), new TaskRunLogsCommand()]),
        new Branch("flow", "Show flows, build them ahead", () => [new FlowLsCommand(), new FlowBuildCommand()]),
        new Branch("image", "Build container images of flows", () => [new ImageBuildCommand()]),
        new Branch("work-pool", "Make, show and change work pools", () =>
        [
            new WorkPoolCreateCommand(), new WorkPoolLsCommand(), new WorkPoolInspectCommand(), new WorkPoolDeleteCommand(),
            new WorkPoolPauseCommand(pause: true), new WorkPoolPauseCommand(pause: false), new WorkPoolLimitCommand(set: true), new WorkPoolLimitCommand(set: false),
            new WorkPoolUpdateCommand(), new WorkPoolPreviewCommand(), new WorkPoolSlotsCommand(), new DefaultJobTemplateCommand(),
        ]),
        new Branch("work-queue", "Make, show and change work queues", () =>
        [
            new WorkQueueCreateCommand(), new WorkQueueLsCommand(), new WorkQueueInspectCommand(), WorkQueueChangeCommand.Pause(), WorkQueueChangeCommand.Resume(), new WorkQueueLimitCommand(),
            WorkQueueChangeCommand.ClearLimit(), new WorkQueuePreviewCommand(), new WorkQueueReadRunsCommand(), new WorkQueueSlotsCommand(), new WorkQueueDeleteCommand(),
        ]),
        new Branch("block", "Keep secrets and other configuration on the server", () =>
            [new BlockCreateCommand(), new BlockLsCommand(), new BlockInspectCommand(), new BlockDeleteCommand(), new BlockRegisterCommand(), Branch.Group("type", "Show and delete kinds of blocks", new BlockTypeLsCommand(), new BlockTypeInspectCommand(), new BlockTypeDeleteCommand())]),
        new Branch("secret", "See whether secrets can be read from here", () => [new SecretCheckCommand()]),
        new Branch("variable", "Keep plain values on the server", () =>
            [new VariableSetCommand(), new VariableGetCommand(whole: false), new VariableGetCommand(whole: true), new VariableLsCommand(), new VariableUnsetCommand()]),
        new Branch("artifact", "Show and delete what runs have made", () => [new ArtifactLsCommand(), new ArtifactInspectCommand(), new ArtifactDeleteCommand()]),
        new Branch("config", "Show and change settings", () => [new ConfigSetCommand(), new ConfigViewCommand(), new ConfigUnsetCommand(), new ConfigValidateCommand()]),
        new Branch("concurrency-limit", "Limit how many task runs with a tag run at once", () =>
            [new TagLimitCreateCommand(), new TagLimitLsCommand(), new TagLimitInspectCommand(), new TagLimitResetCommand(), new TagLimitDeleteCommand()]),
        new Branch("global-concurrency-limit", "Limit how many of anything run at once, or how often (also: gcl)", GlobalLimits, "gcl"),
        new Branch("profile", "Keep sets of settings under names", () =>
            [new ProfileCreateCommand(), new ProfileUseCommand(), new ProfileLsCommand(), new ProfileInspectCommand(), new ProfileRenameCommand(), new ProfileDeleteCommand()]),
        new Branch("version", VersionCommand.Summary, () => new VersionCommand()),
    ];

    private static IReadOnlyList<Command> GlobalLimits() =>
    [
        new GlobalLimitCreateCommand(), new GlobalLimitLsCommand(), new GlobalLimitInspectCommand(), new GlobalLimitUpdateCommand(),
        new GlobalLimitSwitchCommand(enable: true), new GlobalLimitSwitchCommand(enable: false), new GlobalLimitDeleteCommand(),
    ];

    public static RootCommand Build(GlobalOptions globals, IReadOnlyList<string> args)
    {
        var root = new RootCommand("Orchestrates workflows written in C# or Python");
        root.Options.Clear();
        root.Directives.Clear();
        foreach (var option in (ReadOnlySpan<Option>)[globals.Profile, globals.Prompt, globals.NoPrompt, globals.Version, globals.Help])
            root.Options.Add(option);
        foreach (var branch in Branches)
            root.Subcommands.Add(args.Contains(branch.Name) || (branch.Alias is { } alias && args.Contains(alias)) ? branch.Build() : branch.Bare());
        return root;
    }
}

/// <summary>A first word of the command line and what grows from it.</summary>
internal sealed class Branch
{
    private readonly Func<Command> _build;

    public Branch(string name, string description, Func<IReadOnlyList<Command>> children, string? alias = null)
    {
        (Name, Description, Alias) = (name, description, alias);
        _build = () => Named(Group(name, description, [.. children()]));
    }

    public Branch(string name, string description, Func<CliCommand> command) => (Name, Description, _build) = (name, description, command);

    public string Name { get; }

    public string Description { get; }

    /// <summary>A shorter name.</summary>
    public string? Alias { get; }

    public static Command Group(string name, string description, params Command[] children)
    {
        var group = new CommandGroup(name, description);
        foreach (var child in children)
            group.Subcommands.Add(child);
        return group;
    }

    public Command Build() => _build();

    public Command Bare() => Named(new CommandGroup(Name, Description));

    private Command Named(Command command)
    {
        if (Alias is not null)
            command.Aliases.Add(Alias);
        return command;
    }
}
