using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Steps;

/// <summary>
/// Runs a list of steps in order. Each step sees the outputs of those before it, flat and under their ids; a placeholder that cannot be
/// resolved stops the list before the step does anything.
/// </summary>
public sealed class StepRunner(StepCatalog catalog, StepContext context)
{
    /// <summary>Runs the steps and gives all outputs, those in <paramref name="outputs"/> included.</summary>
    /// <exception cref="StepException">A step is unknown, has a placeholder without a value, or failed. The message holds no secret.</exception>
    public async Task<JsonObject> RunAsync(IEnumerable<JsonNode?> steps, JsonObject outputs, CancellationToken ct)
    {
        foreach (var step in steps)
        {
            if (step is null or JsonObject { Count: 0 })
                continue;
            await RunAsync(step, outputs, ct);
        }
        return outputs;
    }

    private async Task RunAsync(JsonNode entry, JsonObject outputs, CancellationToken ct)
    {
        if (entry is not JsonObject { Count: 1 } map)
            throw new StepException("a step is a mapping of its one name to its inputs; got " + context.Secrets.Redact(entry.ToJsonString()));
        var (fullName, given) = map.First();
        var step = catalog.Find(fullName) ?? throw new StepException($"unknown step '{fullName}'; {catalog.Hint(fullName)}");
        var name = StepCatalog.ShortName(fullName);

        var inputs = (given as JsonObject)?.DeepClone() as JsonObject ?? [];
        var id = inputs["id"]?.GetValue<string>();
        inputs.Remove("id");
        inputs.Remove("requires"); // names Python packages; the steps of this program bring what they need
        CheckKeys(step.Signature, name, inputs);
        context.Print($" > Running {name} step...");
        if (step.Signature.OldNames.Contains(name))
            context.Log(LineLevel.Warning, $"The step '{name}' is called '{step.Signature.FullName}' now; the old name still works");

        try
        {
            var result = await step.RunAsync(await ResolveAsync(name, inputs, outputs, ct), context, ct);
            foreach (var (key, value) in result)
                outputs[key] = value?.DeepClone();
            if (id is not null)
                outputs[id] = result;
        }
        catch (Exception exception) when (exception is not (StepException or OperationCanceledException))
        {
            throw new StepException($"step '{name}' failed: {context.Secrets.Redact(exception.Message)}", exception);
        }
        catch (StepException exception)
        {
            throw new StepException(context.Secrets.Redact(exception.Message), exception);
        }
    }

    private static void CheckKeys(StepSignature signature, string name, JsonObject inputs)
    {
        if (signature.TakesAnyKey)
            return;
        foreach (var (key, _) in inputs)
            if (signature.AllInputs.All(input => input.Name != key))
                throw new StepException($"the step '{name}' has no input '{key}'; {NearestName.Hint(key, [.. signature.Inputs.Select(input => input.Name)])}");
    }

    private async Task<JsonObject> ResolveAsync(string name, JsonObject inputs, JsonObject outputs, CancellationToken ct)
    {
        List<TemplateProblem> problems = [];
        var resolver = new TemplateResolver(context.Scope with { Outputs = outputs }, context.Secrets);
        var resolved = (JsonObject)(await resolver.ResolveAsync(inputs, problems.Add, ct))!;
        if (problems.Count > 0)
            throw new StepException($"step '{name}' cannot run: {string.Join("; ", problems)}");
        return resolved;
    }
}
