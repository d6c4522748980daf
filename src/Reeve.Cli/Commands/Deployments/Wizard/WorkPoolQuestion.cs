using System.Text.Json;
using Reeve.Cli.Commands.WorkPools;
using Reeve.Client;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>Which work pool, one that is made here if need be.</summary>
internal sealed class WorkPoolQuestion(OrchestrationClient client, Questions questions)
{
    private const string Flag = "--pool NAME";
    private const string CreateFlag = "--pool NAME --create-pool TYPE";

    /// <param name="name">The pool that is said already.</param>
    /// <param name="createAs">The type to make it of if it is not there.</param>
    /// <returns>Null: none is said and nobody can be asked, or the one that is said does not exist; the deploy tells which there are.</returns>
    public async Task<WorkPool?> ChooseAsync(string? name, string? createAs, CancellationToken ct)
    {
        if (name is not null)
        {
            if (name.Contains("{{", StringComparison.Ordinal))
                return null;
            var named = await client.FindWorkPoolAsync(name, ct);
            if (named is not null)
                return named.Type == createAs || createAs is null ? named : throw new CliException($"the work pool '{name}' is of type '{named.Type}', not '{createAs}'", "leave --create-pool out", ExitCodes.Usage);
            if (createAs is not null)
                return await CreateAsync(name, createAs, ct);
            return questions.MayAsk && questions.Yes($"There is no work pool '{name}'. Would you like to create it?", CreateFlag, fallback: true) ? await CreateAsync(name, await TypeAsync(ct), ct) : null;
        }
        if (createAs is not null)
            return await CreateAsync(questions.Text("Work pool name", Flag, mistake: NameMistake), createAs, ct);
        return questions.MayAsk ? await AskAsync(ct) : null;
    }

    /// <summary>Whether runs of the pool are started from an image.</summary>
    public static bool UsesImages(WorkPool pool) => pool.BaseJobTemplate.ValueKind is JsonValueKind.Object
        && pool.BaseJobTemplate.TryGetProperty("variables", out var variables) && variables.ValueKind is JsonValueKind.Object
        && variables.TryGetProperty("properties", out var properties) && properties.ValueKind is JsonValueKind.Object && properties.TryGetProperty("image", out _);

    private async Task<WorkPool?> AskAsync(CancellationToken ct)
    {
        var pools = (await client.FindWorkPoolsAsync(new Query { Limit = 200 }, ct)).Where(pool => pool.Type != "prefect-agent").OrderBy(pool => pool.Name, StringComparer.Ordinal).ToList();
        if (pools.Count == 0)
        {
            if (!questions.Yes("Looks like you don't have any work pools this flow can be deployed to. Would you like to create one?", CreateFlag, fallback: true))
                throw new CliException("a deployment needs a work pool", $"make one: {Settings.CommandName.Text} work-pool create NAME --type process");
            return await CreateAskedAsync(ct);
        }
        var chosen = questions.Choose("Which work pool would you like to deploy this flow to?", Flag, ["Work pool", "Type", "Description"],
            [.. pools.Select(pool => new[] { pool.Name, pool.Type, pool.Description ?? "" }), ["(new)", "", "make a work pool"]]);
        return chosen < pools.Count ? pools[chosen] : await CreateAskedAsync(ct);
    }

    private async Task<WorkPool> CreateAskedAsync(CancellationToken ct)
    {
        var type = await TypeAsync(ct);
        return await CreateAsync(questions.Text("Work pool name", Flag, "default", NameMistake), type, ct);
    }

    private async Task<string> TypeAsync(CancellationToken ct)
    {
        var metadata = await client.GetWorkerMetadataAsync(ct);
        List<string[]> kinds = [.. metadata.EnumerateObject().SelectMany(package => package.Value.EnumerateObject())
            .Where(kind => kind.Name != "prefect-agent").DistinctBy(kind => kind.Name)
            .OrderBy(kind => kind.Name == "process" ? 0 : 1).ThenBy(kind => kind.Name, StringComparer.Ordinal)
            .Select(kind => new[] { kind.Name, kind.Value.TryGetProperty("description", out var text) ? text.GetString() ?? "" : "" })];
        return kinds[questions.Choose("What infrastructure type would you like to use for your new work pool?", CreateFlag, ["Type", "Description"], kinds)][0];
    }

    private async Task<WorkPool> CreateAsync(string name, string type, CancellationToken ct)
    {
        var template = await BaseJobTemplates.OfTypeAsync(client, type, ct);
        var pool = await client.CreateWorkPoolAsync(new WorkPoolCreate { Name = name, Type = type, BaseJobTemplate = template }, ct);
        questions.Say($"Created work pool '{name}' of type '{type}'.");
        return pool;
    }

    private static string? NameMistake(string name) => name.AsSpan().IndexOfAny("/%&<>") >= 0 ? "a name without any of / % & < > is needed" : null;
}
