using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Steps;

/// <summary>
/// Runs a list of steps in order. Before the first of them does anything, all are checked: names, keys, what they require. Each step sees the
/// outputs of those before it, flat and under their ids; a placeholder that cannot be resolved stops the list.
/// </summary>
public sealed class StepRunner(StepCatalog catalog, StepContext context)
{
    /// <summary>Runs the steps and gives all outputs, those in <paramref name="outputs"/> included.</summary>
    /// <exception cref="StepException">A step is unknown, has a placeholder without a value, or failed. The message holds no secret.</exception>
    public async Task<JsonObject> RunAsync(IEnumerable<JsonNode?> steps, JsonObject outputs, CancellationToken ct)
    {
        List<string> faults = [];
        List<StepCall> calls = [];
        foreach (var step in steps)
            if (step is not (null or JsonObject { Count: 0 }) && Read(step, faults) is { } call)
                calls.Add(call);
        if (faults.Count == 0)
            faults.AddRange(await StepRequirements.MissingAsync(calls, context.WorkingDirectory, ct));
        if (faults.Count > 0)
            throw new StepException(context.Secrets.Redact(string.Join("; ", faults)));

        foreach (var call in calls)
            await RunAsync(call, outputs, ct);
        return outputs;
    }

    private StepCall? Read(JsonNode entry, List<string> faults)
    {
        if (entry is not JsonObject { Count: 1 } map)
        {
            faults.Add("a step is a mapping of its one name to its inputs; got " + entry.ToJsonString());
            return null;
        }
        var (fullName, given) = map.First();
        var name = StepCatalog.ShortName(fullName);
        if (catalog.Find(fullName) is not { } step)
        {
            faults.Add($"unknown step '{fullName}'; {catalog.Hint(fullName)}");
            return null;
        }
        if (given is not (null or JsonObject))
        {
            faults.Add($"the inputs of the step '{name}' should be a mapping");
            return null;
        }

        var inputs = given?.DeepClone() as JsonObject ?? [];
        var (id, requires) = (inputs["id"]?.ToString(), inputs["requires"]?.DeepClone());
        inputs.Remove("id");
        inputs.Remove("requires");
        var signature = step.Signature;
        foreach (var (key, _) in inputs)
            if (!signature.TakesAnyKey && signature.AllInputs.All(input => input.Name != key))
                faults.Add($"the step '{name}' has no input '{key}'; {NearestName.Hint(key, [.. signature.Inputs.Select(input => input.Name)])}");
        return new StepCall(name, step, id, requires, inputs);
    }

    private async Task RunAsync(StepCall call, JsonObject outputs, CancellationToken ct)
    {
        context.Print($" > Running {call.Name} step...");
        if (call.Step.Signature.OldNames.Contains(call.Name))
            context.Log(LineLevel.Warning, $"The step '{call.Name}' is called '{call.Step.Signature.FullName}' now; the old name still works");
        var inputs = await ResolveAsync(call, outputs, ct);
        var policy = StepPolicy.Take(inputs, call.Step.Signature);
        JsonObject result;
        try
        {
            result = await TryAsync(call, inputs, policy, ct);
        }
        catch (StepException exception) when (policy.ContinueOnError)
        {
            context.Log(LineLevel.Warning, $"The step '{call.Name}' failed and the next one runs, as continue_on_error says: {exception.Message}");
            return;
        }
        foreach (var (key, value) in result)
            outputs[key] = value?.DeepClone();
        if (call.Id is not null)
            outputs[call.Id] = result.DeepClone();
    }

    private async Task<JsonObject> TryAsync(StepCall call, JsonObject inputs, StepPolicy policy, CancellationToken ct)
    {
        var directory = context.WorkingDirectory;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(call, (JsonObject)inputs.DeepClone(), policy.Timeout, ct);
            }
            catch (StepException exception) when (attempt <= policy.Retries)
            {
                context.Log(LineLevel.Warning, $"The step '{call.Name}' failed (attempt {attempt} of {policy.Retries + 1}) and is tried again: {exception.Message}");
                context.WorkingDirectory = directory;
                await Task.Delay(policy.RetryDelay, context.Time, ct);
            }
        }
    }

    private async Task<JsonObject> OnceAsync(StepCall call, JsonObject inputs, TimeSpan? timeout, CancellationToken ct)
    {
        using var limit = timeout is { } length ? new CancellationTokenSource(length, context.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await call.Step.RunAsync(inputs, context, either.Token);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new StepException($"the step '{call.Name}' did not end within {timeout!.Value.TotalSeconds:0.###} seconds, its timeout, and was stopped", exception);
        }
        catch (Exception exception) when (exception is not (StepException or OperationCanceledException))
        {
            throw new StepException($"step '{call.Name}' failed: {context.Secrets.Redact(exception.Message)}", exception);
        }
        catch (StepException exception)
        {
            throw new StepException(context.Secrets.Redact(exception.Message), exception);
        }
    }

    private async Task<JsonObject> ResolveAsync(StepCall call, JsonObject outputs, CancellationToken ct)
    {
        List<TemplateProblem> problems = [];
        var resolver = new TemplateResolver(context.Scope with { Outputs = outputs }, context.Secrets);
        var resolved = (JsonObject)(await resolver.ResolveAsync(call.Inputs, problems.Add, ct))!;
        if (problems.Count > 0)
            throw new StepException(context.Secrets.Redact($"step '{call.Name}' cannot run: {string.Join("; ", problems)}"));
        return resolved;
    }
}

/// <summary>One step of a list, checked and not yet run. Its inputs still hold placeholders.</summary>
internal sealed record StepCall(string Name, IStep Step, string? Id, JsonNode? Requires, JsonObject Inputs);

/// <summary>What a step's author says of time and failure; taken out of the inputs.</summary>
internal sealed record StepPolicy(TimeSpan? Timeout, int Retries, TimeSpan RetryDelay, bool ContinueOnError)
{
    public static StepPolicy Take(JsonObject inputs, StepSignature signature)
    {
        // A step that has an input of such a name keeps it to itself.
        var own = new JsonObject();
        foreach (var common in StepSignature.Common.Where(common => signature.Inputs.All(input => input.Name != common.Name)))
            if (inputs.Remove(common.Name, out var value))
                own[common.Name] = value;
        var timeout = own.Duration("timeout");
        if (timeout == TimeSpan.Zero)
            throw new StepException("input 'timeout' should be longer than nothing; leave it out for no timeout");
        return new StepPolicy(timeout, own.Whole("retries") ?? 0, own.Duration("retry_delay_seconds") ?? TimeSpan.FromSeconds(1), own.Flag("continue_on_error", false));
    }
}
