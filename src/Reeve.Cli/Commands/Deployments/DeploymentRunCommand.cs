using System.CommandLine;
using System.Text.Json;
using Reeve.Cli.Commands.FlowRuns;
using Reeve.Cli.Output;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Deployments;

using Deployment = Protocol.Deployments.Deployment;

internal sealed class DeploymentRunCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The deployment: FLOW/DEPLOYMENT", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _id = new("--id") { Description = "The deployment's id, instead of its name", HelpName = "ID" };
    private readonly Option<string[]> _param = new("--param", "-p") { Description = "A parameter; the value is JSON or text. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _params = new("--params") { Description = "Parameters as a JSON object; - reads it from the standard input", HelpName = "JSON" };
    private readonly Option<string[]> _jobVariable = new("--job-variable", "-jv") { Description = "A value for the pool's job template. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string[]> _tag = new("--tag", "-t") { Description = "A tag for the run. May be repeated", HelpName = "TAG" };
    private readonly Option<string?> _runName = new("--flow-run-name") { Description = "The run's name", HelpName = "NAME" };
    private readonly WhenOptions _when = new();
    private readonly Option<bool> _watch = new("--watch") { Description = "Show the run's states and log lines until its end; the exit code tells how it ended" };
    private readonly Option<int?> _watchInterval = new("--watch-interval") { Description = "How often to ask, in seconds", HelpName = "S" };
    private readonly Option<int?> _watchTimeout = new("--watch-timeout") { Description = "Stop watching after so many seconds; the run goes on", HelpName = "S" };
    private readonly OutputOption _output = new();

    public DeploymentRunCommand()
        : base("run", "Make a run of a deployment")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_id, _param, _params, _jobVariable, _tag, _runName, _when.StartIn, _when.StartAt, _watch, _watchInterval, _watchTimeout, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve deployment run hello-world/private --watch"),
        new("reeve deployment run hello-world/private --param name=Ada --param count=3"),
        new("reeve deployment run hello-world/private --start-in \"10 minutes\" --tag nightly"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var client = session.Client;
        var name = parse.GetValue(_id) ?? parse.GetValue(_name) ?? throw new CliException("which deployment? FLOW/DEPLOYMENT or --id", $"{CommandName.Text} deployment ls shows them", ExitCodes.Usage);
        var (deployment, fullName) = await Lookup.DeploymentAsync(client, name, ct);
        var parameters = Parameters(parse, session, deployment);
        var moment = _when.Moment(parse, session.Time);
        var run = await client.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate
        {
            Name = parse.GetValue(_runName),
            Parameters = JsonFiles.ToElement(parameters),
            Tags = parse.GetValue(_tag) is { Length: > 0 } tags ? tags : null,
            JobVariables = parse.GetValue(_jobVariable) is { Length: > 0 } variables ? JsonFiles.ToElement(JsonFiles.Pairs(variables, "--job-variable")) : null,
            State = new StateCreate { Type = StateType.Scheduled, StateDetails = new StateDetails { ScheduledTime = moment ?? session.Time.GetUtcNow() } },
        }, ct);
        var (asJson, watch) = (_output.IsJson(parse), parse.GetValue(_watch));
        if (!asJson)
            Tell(run, fullName, moment, session);
        else if (!watch)
            JsonOutput.Write(run, session.Terminal.Out);
        return watch ? await WatchAsync(run.Id, asJson, parse, session, ct) : ExitCodes.Done;
    }

    // As JSON the run is printed once, as it is when the watching ends; what happens until then goes to the standard error.
    private async Task<int> WatchAsync(Guid run, bool asJson, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var watcher = new RunWatcher(session.Client, run, asJson ? session.Terminal.Error : session.Terminal.Out, session.Time)
        {
            Interval = parse.GetValue(_watchInterval) is { } seconds ? TimeSpan.FromSeconds(seconds) : RunWatcher.DefaultInterval,
        };
        try
        {
            return await watcher.WatchAsync(parse.GetValue(_watchTimeout) is { } limit ? TimeSpan.FromSeconds(limit) : null, ct);
        }
        finally
        {
            if (asJson && watcher.Run is { } last)
                JsonOutput.Write(last, session.Terminal.Out);
        }
    }

    private Dictionary<string, JsonElement> Parameters(ParseResult parse, CliSession session, Deployment deployment)
    {
        var pairs = parse.GetValue(_param) ?? [];
        var json = parse.GetValue(_params);
        if (json is not null && pairs.Length > 0)
            throw new CliException("--param and --params exclude each other", exitCode: ExitCodes.Usage);
        var given = json is null ? JsonFiles.Pairs(pairs, "--param")
            : JsonFiles.ParseObject(json == "-" ? session.Terminal.In.ReadToEnd() : json, "--params").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        Check(given.Keys, deployment);
        return given;
    }

    // The server refuses an unknown parameter too, but it cannot know what was meant.
    private static void Check(IEnumerable<string> names, Deployment deployment)
    {
        if (deployment.ParameterOpenapiSchema is not { ValueKind: JsonValueKind.Object } schema || !schema.TryGetProperty("properties", out var properties)
            || properties.ValueKind != JsonValueKind.Object)
            return;
        var known = properties.EnumerateObject().Select(p => p.Name).ToList();
        foreach (var name in names.Where(n => !known.Contains(n)))
            throw new CliException($"the flow has no parameter '{name}'", NearestName.Hint(name, known) ?? "its parameters: " + string.Join(", ", known), ExitCodes.Usage);
    }

    private static void Tell(FlowRun run, string fullName, DateTimeOffset? moment, CliSession session)
    {
        var output = session.Terminal.Out;
        output.WriteLine($"Created flow run '{run.Name}' of deployment '{fullName}'.");
        output.WriteLine($"  ID:         {run.Id}");
        output.WriteLine($"  Parameters: {run.Parameters}");
        output.WriteLine($"  Start:      {(moment is { } at ? $"{at.ToLocalTime():yyyy-MM-dd HH:mm:ss zzz} ({Ago.Of(at, session.Time)})" : "now")}");
    }
}
