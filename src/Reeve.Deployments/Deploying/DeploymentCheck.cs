using Reeve.Client;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Planning;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Deployments.Deploying;

/// <summary>Everything that can be known to be wrong before anything is done. All of it is looked at, whatever was found before.</summary>
internal sealed class DeploymentCheck(OrchestrationClient client, EntrypointResolver entrypoints, SecretRegistry secrets, FaultCollector faults)
{
    private readonly Dictionary<(PlaceholderKind, string), string?> _missing = [];
    private readonly Dictionary<(string Directory, string Text), (ResolvedFlow? Flow, IReadOnlyList<Fault> Faults)> _flows = [];
    private readonly Dictionary<string, bool> _secretBlocks = [];

    // One for all deployments: what many of them name is read once.
    private readonly TemplateResolver _now = new(RememberedScope.Of(ApiSources.Scope(client)), secrets);
    private readonly HashSet<string> _declaredProviders = [.. Secrets.SecretProviderKinds.Unnamed];
    private List<Protocol.WorkPools.WorkPool>? _pools;

    public static bool IsSection(string key) => key is "build" or "push" or "pull" or "triggers";

    public async Task CheckAsync(Project project, List<DeploymentPlan> plans, CancellationToken ct, bool flows = true)
    {
        _declaredProviders.UnionWith(project.Secrets.Concat(plans.SelectMany(plan => plan.Project.Secrets)).Select(declared => declared.Name));
        var reachable = await IsReachableAsync(ct);
        foreach (var plan in plans)
        {
            if (reachable)
            {
                await ResolveFieldsAsync(plan, ct);
                await CheckReferencesAsync(plan, ct);
                await CheckWorkPoolAsync(plan.Resolved, ct);
            }
            if (!flows)
                continue;
            await CheckEntrypointAsync(plan, ct);
            CheckParameters(plan, faults);
            TriggerFields.Of(plan.Resolved.Triggers, plan.Resolved.Name ?? "", faults);
        }
        RefuseTwins(plans);
    }

    /// <summary>Only possible once the flow is known.</summary>
    public static void CheckParameters(DeploymentPlan plan, FaultCollector faults)
    {
        if (plan.Flow is null || plan.Resolved.EnforceParameterSchema is false)
            return;
        var isScheduled = plan.Resolved.Paused is not true && plan.Resolved.Schedules is { } schedules && schedules.Any(schedule => schedule.Active);
        new ParameterCheck(plan.Flow.Manifest.ParameterSchema, faults).Check(plan.Resolved.Parameters, plan.Resolved.At("parameters"), required: isScheduled);
    }

    private async Task<bool> IsReachableAsync(CancellationToken ct)
    {
        try
        {
            _pools = await client.FindWorkPoolsAsync(new Query { Limit = 200 }, ct);
            return true;
        }
        catch (ApiException exception)
        {
            faults.Add(null, exception.Message);
            return false;
        }
    }

    /// <summary>Variables, blocks and the environment are resolved now; step outputs wait for the steps, job variables for the run.</summary>
    private async Task ResolveFieldsAsync(DeploymentPlan plan, CancellationToken ct)
    {
        var source = plan.Written.Source;
        List<MapEntry> entries = [];
        foreach (var entry in source.Entries)
        {
            if (IsSection(entry.Key.Text) || await HoldsSecretAsync(entry, ct))
                entries.Add(entry);
            else if (entry is { Key.Text: "work_pool", Value: MapNode pool })
                entries.Add(entry with { Value = await ResolvePoolAsync(pool, ct) });
            else
                entries.Add(entry with { Value = await _now.ResolveAsync(entry.Value, faults, ct) });
        }
        plan.Resolved = ProjectReader.ReadResolved(source with { Entries = entries }, faults);
    }

    private async Task<MapNode> ResolvePoolAsync(MapNode pool, CancellationToken ct)
    {
        List<MapEntry> entries = [];
        foreach (var entry in pool.Entries)
            entries.Add(entry.Key.Text == "job_variables" ? entry : entry with { Value = await _now.ResolveAsync(entry.Value, faults, ct) });
        return pool with { Entries = entries };
    }

    /// <summary>What is resolved here is stored on the server as it is; a secret must not be.</summary>
    private async Task<bool> HoldsSecretAsync(MapEntry entry, CancellationToken ct)
    {
        // job variables and what a secret may stand in otherwise are resolved where the run is
        var stored = entry is { Key.Text: "work_pool", Value: MapNode pool } ? pool with { Entries = [.. pool.Entries.Where(inner => inner.Key.Text != "job_variables")] } : entry.Value;
        foreach (var (placeholder, position) in PlaceholderSurvey.Of(stored))
        {
            if (!await IsSecretAsync(placeholder, ct))
                continue;
            faults.Add(position, $"'{placeholder}' holds a secret, and '{entry.Key.Text}' is stored on the server as clear text",
                "use it in a pull step or in job_variables, where it is resolved when the run starts, or load the block in the flow");
            return true;
        }
        return false;
    }

    private async Task<bool> IsSecretAsync(Placeholder placeholder, CancellationToken ct) => placeholder.Kind switch
    {
        PlaceholderKind.Secret => true,
        PlaceholderKind.Block => await HoldsSecretAsync(placeholder, ct),
        _ => false,
    };

    private async Task<bool> HoldsSecretAsync(Placeholder block, CancellationToken ct)
    {
        var key = $"{block.BlockType}/{block.Name}";
        if (!_secretBlocks.TryGetValue(key, out var isSecret))
            _secretBlocks[key] = isSecret = await ApiSources.FindBlockAsync(client, block.BlockType, block.Name, includeSecrets: false, ct) is { SecretFields.Count: > 0 };
        return isSecret;
    }

    private async Task CheckReferencesAsync(DeploymentPlan plan, CancellationToken ct)
    {
        List<StepEntry> steps = [.. plan.Build.Steps, .. plan.Push.Steps, .. plan.Pull.Steps];
        var isStep = steps.Any(step => step.Id == "secrets"); // then 'secrets.x.y' is its output
        foreach (var (placeholder, position) in steps.SelectMany(step => PlaceholderSurvey.Of(step.Source)).Concat(PlaceholderSurvey.Of(plan.Written.JobVariables)))
        {
            if (isStep && placeholder.Kind is PlaceholderKind.Secret)
                continue;
            var key = (placeholder.Kind, placeholder.Kind is PlaceholderKind.Block ? $"{placeholder.BlockType}/{placeholder.Name}" : placeholder.Name);
            if (!_missing.TryGetValue(key, out var fault))
                _missing[key] = fault = await MissingAsync(placeholder, ct);
            if (fault is not null)
                faults.Add(position, fault, Hint(placeholder));
        }
        // The deploy's own environment is known before the first build step runs, which may take long.
        foreach (var (placeholder, position) in PlaceholderSurvey.Of(plan.Written.JobVariables))
        {
            if (placeholder.Kind is PlaceholderKind.Environment && Environment.GetEnvironmentVariable(placeholder.Name) is null)
                faults.Add(position, $"'{placeholder}': the environment has no variable '{placeholder.Name}'");
        }
    }

    private string? Hint(Placeholder placeholder) => placeholder.Kind is PlaceholderKind.Secret
        ? NearestName.Of(placeholder.Name, _declaredProviders) is { } near ? $"did you mean '{near}'?" : Secrets.SecretSources.Missing(placeholder.Name)
        : placeholder.Kind is PlaceholderKind.Block
        ? $"make it with '{CommandName.Text} block create {placeholder.BlockType} --name {placeholder.Name}'"
        : $"set it with '{CommandName.Text} variable set {placeholder.Name} <value>'";

    private async Task<string?> MissingAsync(Placeholder placeholder, CancellationToken ct) => placeholder.Kind switch
    {
        PlaceholderKind.Block when await client.FindBlockDocumentAsync(placeholder.BlockType, placeholder.Name, includeSecrets: false, ct) is null =>
            $"there is no block '{placeholder.Name}' of type '{placeholder.BlockType}'",
        PlaceholderKind.Secret when !_declaredProviders.Contains(placeholder.Name)
            && await client.FindBlockDocumentAsync(Secrets.SecretProviderKinds.BlockType, placeholder.Name, includeSecrets: false, ct) is null => $"there is no secret provider '{placeholder.Name}'",
        PlaceholderKind.Variable when await client.FindVariableAsync(placeholder.Name, ct) is null => $"there is no variable '{placeholder.Name}'",
        _ => null, // the environment of the machine that runs the step is not ours to judge
    };

    private async Task CheckWorkPoolAsync(ProjectDeployment deployment, CancellationToken ct)
    {
        var names = _pools!.Select(pool => pool.Name).ToList();
        if (string.IsNullOrWhiteSpace(deployment.WorkPoolName))
        {
            faults.Add(deployment.At("work_pool"), $"the deployment '{deployment.Name}' names no work pool, so no worker would run it",
                names.Count == 0 ? $"make one with '{CommandName.Text} work-pool create <name> --type process' and write work_pool: {{name: <name>}}" : "there are: " + string.Join(", ", names.Take(12)));
            return;
        }
        if (MapReader.IsPlaceholder(new ScalarNode(default, deployment.WorkPoolName, deployment.WorkPoolName)))
            return; // of a step's output
        var pool = _pools!.FirstOrDefault(pool => pool.Name == deployment.WorkPoolName);
        if (pool is null && await client.FindWorkPoolAsync(deployment.WorkPoolName, ct) is { } further) // the list is one page
            _pools!.Add(pool = further);
        if (pool is null)
            faults.Add(deployment.At("work_pool", "name"), $"there is no work pool '{deployment.WorkPoolName}'",
                NearestName.Of(deployment.WorkPoolName, names) is { } near ? $"did you mean '{near}'?" : $"make it with '{CommandName.Text} work-pool create {deployment.WorkPoolName} --type process'");
        else if (pool.Type == "prefect-agent")
            faults.Add(deployment.At("work_pool", "name"), $"the work pool '{pool.Name}' is one of agents, which do not run pull steps", "use a pool of type process");
    }

    private async Task CheckEntrypointAsync(DeploymentPlan plan, CancellationToken ct)
    {
        var text = plan.Resolved.Entrypoint!;
        if (Template.Parse(text).Placeholders.Count > 0)
        {
            if (_pools is not null) // else it was not resolved because there is no server, which is told already
                faults.Add(plan.Resolved.At("entrypoint"), "an entrypoint cannot be made of step outputs: the flow is read before the steps run");
            return;
        }
        var directory = plan.Project.Directory;
        if (!_flows.TryGetValue((directory, text), out var found))
            _flows[(directory, text)] = found = await entrypoints.ResolveAsync(text, directory, ct);
        plan.Flow = found.Flow;
        foreach (var fault in found.Faults)
            faults.Add(fault.Position is null ? fault with { Position = plan.Resolved.At("entrypoint") } : fault);
    }

    private void RefuseTwins(List<DeploymentPlan> plans)
    {
        foreach (var twins in plans.Where(plan => plan.Flow is not null).GroupBy(plan => (plan.Flow!.Manifest.Name, plan.Resolved.Name)).Where(group => group.Count() > 1))
            foreach (var twin in twins.Skip(1))
                faults.Add(twin.Written.At("name"), $"another deployment of the flow '{twins.Key.Item1}' has the name '{twins.Key.Item2}' (line {twins.First().Written.At("name").Line})");
    }
}
