using System.CommandLine;
using Reeve.Deployments.BlockBased;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Applies deployment files, and runs programs that register deployments: files that end in .deployment.cs, by habit. Each program says itself what it registers.</summary>
internal sealed class DeploymentApplyCommand : CliCommand
{
    private readonly Argument<string[]> _files = new("FILE") { Description = "A deployment file that 'deployment build' wrote, or a program that registers deployments", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _upload = new("--upload") { Description = "Upload this folder to the storage blocks of the files" };
    private readonly Option<int?> _limit = new("--work-queue-concurrency", "--work-queue-concurrency-limit", "--limit", "-l") { Description = "How many runs of the deployments' queues may be active at once", HelpName = "N" };

    public DeploymentApplyCommand(string name = "apply")
        : base(name, name == "apply" ? "Apply deployment files (*-deployment.yaml) and programs (*.deployment.cs)" : "As 'apply': the first name of it")
    {
        Arguments.Add(_files);
        Options.Add(_upload);
        Options.Add(_limit);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deployment apply hello-deployment.yaml"),
        new("reeve deployment apply flows.deployment.cs"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var paths = parse.GetValue(_files) ?? [];
        CheckPaths(paths, parse.GetValue(_limit));
        List<DeploymentFile> files = [];
        List<Fault> faults = [];
        foreach (var path in paths.Where(DeploymentFileReader.IsDeploymentFile))
        {
            var (file, mistakes) = await DeploymentFileReader.ReadAsync(path, ct);
            faults.AddRange(mistakes);
            if (file is not null)
                files.Add(file with { WorkQueueLimit = parse.GetValue(_limit) });
        }
        DeployFaults.Refuse(faults);
        await using var lines = new DeployLines(session.Terminal);
        foreach (var file in files)
        {
            session.Terminal.Out.WriteLine($"Successfully loaded '{file.Name}'");
            if (parse.GetValue(_upload))
                await DeploymentUpload.RunAsync(file, session.Folder, session, lines.Write, ct);
        }
        if (files.Count > 0)
            await ApplyAsync(files, session, lines, ct);
        foreach (var program in paths.Where(path => !DeploymentFileReader.IsDeploymentFile(path)))
            await ApplyAsync(program, session, ct);
        return ExitCodes.Done;
    }

    private static void CheckPaths(string[] paths, int? limit)
    {
        if (limit is < 0)
            throw new CliException($"a limit of {limit} makes no sense; 0 or more", exitCode: ExitCodes.Usage);
        List<string> faults = [];
        foreach (var path in paths)
        {
            if (!File.Exists(path))
                faults.Add($"there is no file '{path}'");
            else if (!DeploymentFileReader.IsDeploymentFile(path) && !DeploymentProgram.IsProgram(path))
                faults.Add(Path.GetExtension(path) == ".py"
                    ? $"'{path}' is Python: a script that applies deployments itself is run with 'python {path}'; for a flow in it: {CommandName.Text} deployment build {path}:FLOW -n NAME -a"
                    : $"'{path}' is neither a deployment file (.yaml) nor a program (.cs, .csproj)");
        }
        if (faults.Count > 0)
            throw new CliException(string.Join("\n  ", faults));
    }

    internal static async Task ApplyAsync(string file, CliSession session, CancellationToken ct)
    {
        if (await DeploymentProgram.RunAsync(file, session.Settings, session.Terminal.Out, ct) is { } fault)
            throw new CliException($"'{file}' did not register its deployments: {fault}");
    }

    internal static async Task ApplyAsync(IReadOnlyList<DeploymentFile> files, CliSession session, DeployLines lines, CancellationToken ct)
    {
        var (applied, faults) = await new DeploymentApplier(session.Client, lines.Write).ApplyAsync(files, ct);
        foreach (var one in applied)
            session.Terminal.Out.WriteLine($"Deployment '{one.FullName}' successfully created with id '{one.Id}'.");
        DeployFaults.Refuse(faults, applied.Count == 0 ? "nothing was deployed" : $"{applied.Count} were deployed");
        TellNext(applied, session.Terminal.Out);
    }

    private static void TellNext(IReadOnlyList<AppliedDeployment> applied, TextWriter output)
    {
        foreach (var (pool, queue, isForAgents) in applied.Select(one => (one.WorkPoolName, one.WorkQueueName, one.IsForAgents)).Distinct())
        {
            var start = !isForAgents ? $"worker start --pool '{pool}'" : pool is null or WorkPools.WorkQueues.AgentPool ? $"agent start -q '{queue}'" : $"agent start -p '{pool}' -q '{queue}'";
            output.WriteLine($"\nTo run it, start {(isForAgents ? "an agent" : "a worker")} that pulls work from the '{queue ?? pool}' work {(queue is null ? "pool" : "queue")}:\n$ {CommandName.Text} {start}");
        }
    }
}
