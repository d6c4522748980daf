using System.CommandLine;
using Reeve.Cli.Commands.WorkPools;
using Reeve.Client;
using Reeve.Deployments.BlockBased;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;
using Reeve.Workers;
using Reeve.Workers.Process;

namespace Reeve.Cli.Commands.Agents;

/// <summary>Starts an agent: a worker for pools whose runs bring their infrastructure along, in a block.</summary>
internal sealed class AgentStartCommand : CliCommand
{
    // The API counts no further in one page; an agent of more queues names a prefix that is longer.
    private const int MostQueues = 200;

    private readonly Argument<string?> _oldQueue = new("WORK-QUEUE") { Description = "A work queue; the older way of --work-queue", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string[]> _queues = new("--work-queue", "-q") { Description = "A work queue, made if there is none. May be repeated", HelpName = "NAME" };
    private readonly Option<string[]> _match = new("--match", "-m") { Description = "Every queue whose name begins so, new ones too. May be repeated", HelpName = "PREFIX" };
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = $"The work pool, of type {DeploymentBuilder.AgentPoolType}; default: {WorkQueues.AgentPool}", HelpName = "NAME" };
    private readonly Option<int?> _limit = new("--limit", "-l") { Description = "How many runs at once; default: no limit", HelpName = "N" };
    private readonly Option<bool> _runOnce = new("--run-once") { Description = "Run what is due, then end" };
    private readonly Option<double?> _prefetch = new("--prefetch-seconds") { Description = "Take runs so many seconds before they are due; default: 10", HelpName = "S" };
    private readonly Option<string?> _api = new("--api") { Description = "Another API than the settings name", HelpName = "URL" };
    private readonly Option<bool> _hideWelcome = new("--hide-welcome") { Description = "Say less at the start" };
    private readonly Option<string[]> _tags = new("--tag", "--tags", "-t") { Hidden = true };
    private readonly Option<string?> _installPolicy = new("--install-policy") { Hidden = true }; // as for workers: nothing is installed here

    public AgentStartCommand()
        : base("start", "Start an agent: it takes the runs of work queues and runs them by their infrastructure blocks")
    {
        Arguments.Add(_oldQueue);
        foreach (var option in (ReadOnlySpan<Option>)[_queues, _match, _pool, _limit, _runOnce, _prefetch, _api, _hideWelcome, _tags, _installPolicy])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve agent start -q dev"),
        new("reeve agent start --pool my-pool --limit 4"),
        new("reeve agent start --match prod-", "all queues whose names begin with prod-"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        session.ApiUrl = parse.GetValue(_api);
        string[] queues = [.. parse.GetValue(_queues) ?? [], .. parse.GetValue(_oldQueue) is { } old ? [old] : (string[])[]];
        var prefixes = parse.GetValue(_match) ?? [];
        CheckUsage(parse, queues, prefixes);
        var pool = await PoolAsync(parse.GetValue(_pool), session, ct);
        await MakeMissingAsync(pool, queues, session, ct);
        if (!parse.GetValue(_hideWelcome))
            session.Terminal.Out.WriteLine($"Starting Reeve {ProductVersion.Text} agent connected to {session.Settings.ApiUrl}");
        var options = new WorkerOptions
        {
            PoolName = pool,
            Name = $"{Environment.MachineName} {Guid.NewGuid().ToString("N")[..8]}",
            Called = "Agent",
            StartNote = Note(pool, queues, prefixes),
            Limit = parse.GetValue(_limit),
            RunOnce = parse.GetValue(_runOnce),
            PrefetchSeconds = parse.GetValue(_prefetch) ?? 10,
            WorkQueues = queues,
            FindQueues = prefixes.Length == 0 ? null : (client, token) => MatchingAsync(client, pool, queues, prefixes, token),
            ExecuteCommand = [.. SelfCommand.Words, "flow-run", "execute"],
            RunEnvironment = Workers.WorkerStartCommand.RunEnvironment(session),
            Home = session.Settings.Home,
        };
        var log = new WorkerLog(session.Terminal.Out, session.Time);
        using var loop = new WorkerLoop(lease => new ApiConnection(session.Settings, RetryPolicy.None) { Lease = lease }, new ProcessWorker(session.Time), options, log, session.Time);
        await loop.RunAsync(ct);
        return ExitCodes.Done;
    }

    private void CheckUsage(ParseResult parse, string[] queues, string[] prefixes)
    {
        if (parse.GetValue(_tags) is { Length: > 0 } tags)
            throw new CliException("agents choose their work by queues, no longer by tags",
                $"give the deployments a queue (deployment build … -q {tags[0]}) and start the agent with -q {tags[0]}", ExitCodes.Usage);
        if (queues.Length == 0 && prefixes.Length == 0 && parse.GetValue(_pool) is null)
            throw new CliException("which work? At least one work queue, a prefix of queues or a work pool must be named", "-q QUEUE, --match PREFIX or -p POOL", ExitCodes.Usage);
        if (parse.GetValue(_limit) is < 1)
            throw new CliException("--limit must be at least 1", exitCode: ExitCodes.Usage);
        if (parse.GetValue(_prefetch) is < 0 or > 3600)
            throw new CliException("--prefetch-seconds must be between 0 and 3600", exitCode: ExitCodes.Usage);
    }

    private static async Task<string> PoolAsync(string? name, CliSession session, CancellationToken ct)
    {
        if (name is null)
            return WorkQueues.AgentPool;
        var pool = await Lookup.WorkPoolAsync(session.Client, name, ct);
        return pool.Type == DeploymentBuilder.AgentPoolType
            ? pool.Name
            : throw new CliException($"the work pool '{name}' is of type '{pool.Type}', which workers serve, not agents", $"{CommandName.Text} worker start --pool {name}");
    }

    // A server makes the pool of agents at its start; somebody may have deleted it. A queue of it is made with its pool.
    private static async Task MakeMissingAsync(string pool, string[] queues, CliSession session, CancellationToken ct)
    {
        if (pool == WorkQueues.AgentPool && await session.Client.FindWorkPoolAsync(pool, ct) is null)
            await session.Client.CreateWorkPoolAsync(new WorkPoolCreate { Name = pool, Type = DeploymentBuilder.AgentPoolType }, ct);
        foreach (var queue in queues)
        {
            if (await session.Client.FindWorkQueueAsync(pool, queue, ct) is not null)
                continue;
            await session.Client.CreateWorkQueueAsync(pool, new WorkQueueCreate { Name = queue }, ct);
            session.Terminal.Out.WriteLine($"Created work queue '{queue}'.");
        }
    }

    private static async Task<IReadOnlyList<string>> MatchingAsync(OrchestrationClient client, string pool, string[] queues, string[] prefixes, CancellationToken ct)
    {
        var all = await client.FindWorkQueuesAsync(pool, new Query { Limit = MostQueues }, ct);
        return [.. all.Select(queue => queue.Name).Where(name => queues.Contains(name) || prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];
    }

    private static string Note(string pool, string[] queues, string[] prefixes) => (queues, prefixes) switch
    {
        ([], []) => $"Looking for work from work pool '{pool}'...",
        (_, []) => $"Looking for work from queue(s): {string.Join(", ", queues)}...",
        _ => $"Looking for work from queue(s) that start with the prefix: {string.Join(", ", prefixes)}{(queues.Length == 0 ? "" : ", and from: " + string.Join(", ", queues))}...",
    };
}
