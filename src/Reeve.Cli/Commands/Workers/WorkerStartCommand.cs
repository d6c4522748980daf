using System.CommandLine;
using Reeve.Cli.Commands.WorkPools;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.WorkPools;
using Reeve.Workers;
using Reeve.Workers.Process;

namespace Reeve.Cli.Commands.Workers;

internal sealed class WorkerStartCommand : CliCommand
{
    private readonly Option<string> _pool = new("--pool", "-p") { Description = "The work pool", HelpName = "NAME", Required = true };
    private readonly Option<string?> _type = new("--type", "-t") { Description = "The kind of infrastructure (process); the pool is made if there is none", HelpName = "TYPE" };
    private readonly Option<string?> _name = new("--name", "-n") { Description = "The worker's name; default: one that is unique", HelpName = "NAME" };
    private readonly Option<string[]> _queues = new("--work-queue", "-q") { Description = "Only this queue of the pool. May be repeated", HelpName = "NAME" };
    private readonly Option<int?> _limit = new("--limit", "-l") { Description = "How many runs at once; default: no limit", HelpName = "N" };
    private readonly Option<bool> _runOnce = new("--run-once") { Description = "Run what is due, then end" };
    private readonly Option<double> _prefetch = new("--prefetch-seconds") { Description = "Take runs so many seconds before they are due; default: 10", HelpName = "S", DefaultValueFactory = _ => 10 };
    private readonly Option<double> _grace = new("--grace") { Description = "Seconds a cancelled run has to end by itself; default: 30", HelpName = "S", DefaultValueFactory = _ => 30 };
    private readonly Option<string?> _template = new("--base-job-template") { Description = "For a pool that is made: a JSON file with its job template", HelpName = "FILE" };

    private readonly Option<bool> _createPool = new("--create-pool-if-not-found") { Description = "Make the pool if there is none (the default with --type)" };
    private readonly Option<bool> _noCreatePool = new("--no-create-pool-if-not-found") { Description = "Fail if there is no such pool" };
    private readonly Option<string?> _installPolicy = new("--install-policy") { Hidden = true }; // scripts for Python workers give it; here nothing is installed

    public WorkerStartCommand()
        : base("start", "Start a worker: it takes the runs of a work pool and runs them")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_pool, _type, _name, _queues, _limit, _runOnce, _prefetch, _grace, _template, _createPool, _noCreatePool, _installPolicy])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve worker start --pool local --type process"),
        new("reeve worker start --pool local --limit 4 --work-queue high --work-queue default"),
        new("reeve worker start --pool local --run-once", "for cron jobs and tests"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var infrastructure = new ProcessWorker(session.Time);
        if (parse.GetValue(_limit) is < 1)
            throw new CliException("--limit must be at least 1", exitCode: ExitCodes.Usage);
        var pool = await PoolAsync(parse, session, infrastructure, ct);
        var options = new WorkerOptions
        {
            PoolName = pool.Name,
            Name = parse.GetValue(_name) ?? $"{infrastructure.WorkerKind} {Guid.NewGuid()}",
            Limit = parse.GetValue(_limit),
            RunOnce = parse.GetValue(_runOnce),
            PrefetchSeconds = parse.GetValue(_prefetch),
            CancelGrace = TimeSpan.FromSeconds(parse.GetValue(_grace)),
            WorkQueues = parse.GetValue(_queues) ?? [],
            ExecuteCommand = [.. SelfCommand.Words, "flow-run", "execute"],
            RunEnvironment = RunEnvironment(session),
            Home = session.Settings.Home,
        };
        var log = new WorkerLog(session.Terminal.Out, session.Time);
        using var loop = new WorkerLoop(lease => new ApiConnection(session.Settings, RetryPolicy.None) { Lease = lease }, infrastructure, options, log, session.Time);
        await loop.RunAsync(ct);
        return ExitCodes.Done;
    }

    private async Task<WorkPool> PoolAsync(ParseResult parse, CliSession session, ProcessWorker infrastructure, CancellationToken ct)
    {
        var (name, type) = (parse.GetRequiredValue(_pool), parse.GetValue(_type));
        if (type is not null && type != infrastructure.Type)
            throw new CliException($"this worker cannot serve pools of type '{type}'", NearestName.Hint(type, [infrastructure.Type]), ExitCodes.Usage);
        var pool = await session.Client.FindWorkPoolAsync(name, ct);
        var mayCreate = !parse.GetValue(_noCreatePool) && (type is not null || parse.GetValue(_createPool));
        if (pool is null && !mayCreate)
            pool = await Lookup.WorkPoolAsync(session.Client, name, ct); // says what to do
        if (pool is null)
        {
            var template = parse.GetValue(_template) is { } file ? JsonFiles.ReadObject(file, session.Terminal) : await BaseJobTemplates.OfTypeAsync(session.Client, infrastructure.Type, ct);
            pool = await session.Client.CreateWorkPoolAsync(new WorkPoolCreate { Name = name, Type = infrastructure.Type, BaseJobTemplate = template }, ct);
            session.Terminal.Out.WriteLine($"Created work pool '{name}' of type '{infrastructure.Type}'.");
        }

        return pool.Type == infrastructure.Type
            ? pool
            : throw new CliException($"the work pool '{name}' is of type '{pool.Type}'; this worker serves type '{infrastructure.Type}'");
    }

    // Under both names, so that runs of either language report to where this worker was told to look. Credentials never stand in arguments.
    internal static Dictionary<string, string?> RunEnvironment(CliSession session)
    {
        var settings = session.Settings;
        var environment = new Dictionary<string, string?> { ["REEVE_HOME"] = settings.Home };
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("API_URL", settings.ApiUrl.ToString()), ("API_AUTH_STRING", settings.ApiAuthString), ("API_KEY", settings.ApiKey)])
        {
            if (value is null)
                continue;
            environment["REEVE_" + name] = value;
            environment["PREFECT_" + name] = value;
        }

        return environment;
    }
}
