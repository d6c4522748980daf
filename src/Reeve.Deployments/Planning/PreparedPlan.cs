using System.Net;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Deploying;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.Projects;
using Fault = Reeve.Deployments.Projects.Fault;

namespace Reeve.Deployments.Planning;

/// <summary>A plan that can be applied: builds what it needs to, then gives everything to the server in one request.</summary>
public sealed class PreparedPlan
{
    private readonly OrchestrationClient _client;
    private readonly SecretRegistry _secrets;
    private readonly LineSink _sink;
    private readonly ContentBuilds _builds;
    private readonly List<PlannedWork> _works;
    private readonly ProjectState _state;
    private readonly List<string> _names;
    private readonly PlanOptions _options;
    private readonly (string Commit, bool IsChanged)? _commit;
    private readonly List<string> _notes;
    private readonly Guid _id = Guid.NewGuid();
    private List<ProjectDeploymentState> _missing = [];

    internal IReadOnlyList<PendingSecretProvider> SecretProviders { get; init; } = [];

    internal PreparedPlan(OrchestrationClient client, SecretRegistry secrets, LineSink sink, ContentBuilds builds, List<PlannedWork> works, ProjectState state, List<string> names,
        PlanOptions options, (string Commit, bool IsChanged)? commit, List<string> notes)
    {
        (_client, _secrets, _sink, _builds, _works) = (client, secrets, sink, builds, works);
        (_state, _names, _options, _commit, _notes) = (state, names, options, commit, notes);
    }

    /// <summary>What it will do. A plan that is not changed goes on saying so after it was applied.</summary>
    public ProjectPlan Plan => new()
    {
        Project = _state.Name,
        Environment = _state.Environment,
        Deployments = [.. _works.Select(work => work.Planned!), .. _missing.Select(one =>
            new PlannedDeployment(one.FlowName, one.Deployment.Name, _options.Prune ? PlanAction.Prune : PlanAction.Left, []))],
        Builds = [.. Pending().Select(build => new PlannedBuild([.. build.StepNames], _works.Count(work => work.Build == build),
            build.Build.Steps.Concat(build.Push.Steps).FirstOrDefault()?.Position))],
        Notes = [.. _notes, .. SecretProviders.Select(provider => provider.ToString())],
        SecretProviders = [.. SecretProviders.Select(provider => provider.Declared.Name)],
    };

    /// <summary>Nothing changes but what the server records of the last apply, such as the commit, which a promotion goes by.</summary>
    public bool OnlyRecords => !Plan.HasChanges && _state.Applied is not null && !JsonNode.DeepEquals(Record(), _state.Record is { } record ? JsonObject.Create(record) : null);

    /// <summary>A text without the secrets that planning came to know.</summary>
    public string Redact(string text) => _secrets.Redact(text);

    /// <summary>Builds and applies. Faults: nothing was applied.</summary>
    public async Task<(ProjectApplied? Applied, IReadOnlyList<Fault> Faults)> ApplyAsync(CancellationToken ct)
    {
        var faults = new FaultCollector();
        try
        {
            await SecretProviderRegistration.WriteAsync(_client, SecretProviders, _sink, faults, ct); // build and push steps may use them
        }
        catch (ApiException exception)
        {
            Tell(exception, faults);
        }
        if (faults.Any)
            return (null, faults.InOrder);
        await _builds.RunAsync([.. Pending()], faults, ct);
        if (faults.Any)
            return (null, [.. faults.InOrder.Select(fault => fault with { Hint = "nothing was applied" })]);
        foreach (var work in _works.Where(work => work.Build is not null))
            await StepOutputs.ResolveAsync(work.Plan, work.Build!.Outputs!, _secrets, faults, ct);
        if (!faults.Any)
            await MergeAsync(faults, ct);
        RefuseConflicts(faults);
        if (faults.Any)
            return (null, faults.InOrder);
        try
        {
            return (await _client.ApplyProjectAsync(_state.Name, Request(), ct), []);
        }
        catch (ApiException exception)
        {
            Tell(exception, faults);
            return (null, faults.InOrder);
        }
    }

    internal async Task MergeAsync(FaultCollector faults, CancellationToken ct)
    {
        foreach (var work in _works)
        {
            var outputs = work.Build is { } build ? build.Outputs : [];
            await StepOutputs.ResolveAsync(work.Plan, outputs, _secrets, faults, ct);
            var pullSteps = await StepOutputs.PullStepsAsync(work.Plan, outputs, _secrets, Warn, ct);
            work.Wanted = DeploymentFields.Of(work.Plan, pullSteps, faults);
            Merge(work);
        }
    }

    internal void Prune(List<ProjectDeploymentState> missing) => _missing = missing;

    private void Merge(PlannedWork work)
    {
        var wanted = work.Wanted!;
        var isBuilt = work.Build is { Outputs: null };
        if (work.State is null)
        {
            work.Merged = wanted.Values;
            work.Planned = new PlannedDeployment(work.FlowName, work.Name, PlanAction.Create, []) { Created = wanted.Values, IsBuilt = isBuilt };
            return;
        }
        var live = DeploymentFields.Of(work.State, work.Last);
        if (wanted.Values["schedules"] is JsonObject schedules)
            wanted.Values["schedules"] = ScheduleFields.Aligned(schedules, (work.Last?["schedules"] ?? live["schedules"]) as JsonObject).DeepClone();
        var merge = new ThreeWayMerge(Pending(work), wanted.Unsaid, _options.Force);
        work.Merged = merge.Merge(work.Last, live, wanted.Values);
        var isAdopted = work.State.Project is null;
        // content that was pushed somewhere has to be pushed again even where no field shows it
        var isNew = isBuilt || (work.Build is not null && work.Build.Content != work.LastContent && _options.PromotedFrom is null);
        var action = isAdopted || isNew || merge.Changes.Any(change => change.Outcome is not FieldOutcome.Kept) ? PlanAction.Change : PlanAction.Unchanged;
        work.Planned = new PlannedDeployment(work.FlowName, work.Name, action, merge.Changes) { IsAdopted = isAdopted, IsBuilt = isBuilt };
    }

    private static Func<JsonNode?, bool> Pending(PlannedWork work)
    {
        if (work.Build is not { Outputs: null } build)
            return static _ => false;
        var isOf = StepOutputs.IsOf(build.Build, build.Push, work.Plan.Pull);
        bool Holds(JsonNode? node) => node switch
        {
            JsonObject map => map.Any(entry => Holds(entry.Value)),
            JsonArray list => list.Any(Holds),
            JsonValue leaf when leaf.TryGetValue<string>(out var text) => Template.Parse(text).Placeholders.Any(isOf),
            _ => false,
        };
        return Holds;
    }

    // What nobody waits for is not built: a build all of whose deployments are as they were has its outputs.
    private IEnumerable<ContentBuild> Pending() => _works.Select(work => work.Build).OfType<ContentBuild>().Where(build => build.Outputs is null).Distinct();

    private void RefuseConflicts(FaultCollector faults)
    {
        foreach (var work in _works)
            foreach (var field in work.Planned!.Fields.Where(field => field.Outcome is FieldOutcome.Conflict))
                faults.Add(work.Plan.Written.Source.Position, $"'{work.Planned.FullName}': {field.Path} was changed in the file and on the server since the last apply", "--overwrite lets the file win");
    }

    private ProjectApply Request() => new()
    {
        Id = _id,
        Environment = _state.Environment,
        Fingerprint = _state.Fingerprint,
        Names = _names,
        Deployments = [.. _works.Where(work => work.IsChanged).Select(work => DeploymentFields.ToWire(
            work.FlowName, work.Name, work.Merged!, work.Record(_commit?.Commit, WithoutSecrets), work.State is null || TriggersChange(work)))],
        Prune = _options.Prune ? [.. _missing.Select(one => one.Deployment.Id)] : [],
        Record = WireJson.Parse(Record().ToJsonString()),
    };

    private JsonObject Record()
    {
        if (_options.PromotedFrom is { Record: { } source } promoted && JsonObject.Create(source) is { } record)
        {
            record["promoted_from"] = promoted.Environment;
            return record;
        }
        return new JsonObject { ["commit"] = _commit?.Commit, ["changed"] = _commit?.IsChanged ?? false };
    }

    private static bool TriggersChange(PlannedWork work) =>
        work.Planned!.Fields.Any(field => field.Outcome is FieldOutcome.Change && field.Path.StartsWith("triggers", StringComparison.Ordinal));

    // An output that shows a secret is not recorded: that content is then built again next time.
    private JsonObject WithoutSecrets(JsonObject record)
    {
        if (record["outputs"] is JsonObject outputs && outputs.ToJsonString() is var text && _secrets.Redact(text) != text)
            record["outputs"] = new JsonObject();
        return record;
    }

    private void Tell(ApiException exception, FaultCollector faults)
    {
        if (exception.Status is HttpStatusCode.Conflict)
            faults.Add(null, (exception.Problem?.Detail ?? exception.Message).TrimEnd('.'), "nothing was applied");
        else if (exception.Problem?.ExceptionDetail is { Count: > 0 } details)
            foreach (var detail in details)
                faults.Add(PositionOf(detail), $"the server does not take it: {_secrets.Redact(detail.Msg)}", "nothing was applied");
        else
            faults.Add(null, _secrets.Redact(exception.Message), exception.IsUnreachable ? "whether it was applied is not known: plan again" : "nothing was applied");
    }

    private SourcePosition? PositionOf(Protocol.Fault fault)
    {
        var changed = _works.Where(work => work.IsChanged).ToList();
        return fault.Loc is ["body", "deployments", var number, ..] && int.TryParse(number, out var index) && index < changed.Count ? changed[index].Plan.Written.Source.Position : null;
    }

    private void Warn(string message) => _sink(new OutputLine(LineLevel.Warning, LoggerNames.Deployment, _secrets.Redact(message)));
}
