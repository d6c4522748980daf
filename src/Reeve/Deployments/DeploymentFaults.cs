using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Schedules;

namespace Reeve.Deployments;

/// <summary>Everything that can be known to be wrong with deployments before the server is asked.</summary>
internal static class DeploymentFaults
{
    /// <exception cref="DeploymentException">Something is wrong.</exception>
    public static void Refuse(IReadOnlyList<Deployment> deployments, bool isServed)
    {
        List<string> faults = [];
        if (deployments.Count == 0)
            faults.Add("there is no deployment");
        foreach (var deployment in deployments)
            faults.AddRange(Of(deployment, isServed).Select(fault => $"{deployment.Flow.Name}/{deployment.Name}: {fault}"));
        foreach (var twins in deployments.GroupBy(d => (d.Flow.Name, d.Name)).Where(group => group.Count() > 1))
            faults.Add($"{twins.Key.Item1}/{twins.Key.Item2}: {twins.Count()} deployments have this name");
        Throw(faults);
    }

    public static void Throw(IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
            throw new DeploymentException(faults.Count == 1 ? faults[0] : $"{faults.Count} faults; nothing was deployed:\n  {string.Join("\n  ", faults)}");
    }

    private static IEnumerable<string> Of(Deployment deployment, bool isServed)
    {
        if (string.IsNullOrWhiteSpace(deployment.Name) || deployment.Name.IndexOfAny(['/', '%', '&', '<', '>']) >= 0)
            yield return "the name is empty or has one of / % & < > in it";
        if (isServed && deployment.Flow.Source is not null)
            yield return "its code lies elsewhere, so this process cannot run it; deploy it to a work pool instead";
        if (isServed && deployment.WorkPool is not null)
            yield return $"it names the work pool '{deployment.WorkPool}', but what is served is run by this process; leave WorkPool out, or apply it instead";
        if (!isServed && string.IsNullOrWhiteSpace(deployment.WorkPool) && deployment.Infrastructure is null)
            yield return "it names no work pool, so no worker would run it; set WorkPool, or serve it";
        if (deployment.Infrastructure is { } infrastructure && infrastructure.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
            yield return $"Infrastructure is '{infrastructure}'; it must be a block's kind and name, such as process/dev";
        if (deployment.Storage is { } storage && storage.Split('/', 3) is not [{ Length: > 0 }, { Length: > 0 }, ..])
            yield return $"Storage is '{storage}'; it must be a block's kind and name, such as s3/dev or s3/dev/flows";
        if (isServed && (deployment.Infrastructure ?? deployment.Storage) is { } block)
            yield return $"it names the block '{block}', but what is served is run by this process; leave it out, or apply it instead";
        if (deployment is { Image: not null, ImageBuild: not null })
            yield return "it has both an Image and an ImageBuild; one says where the program is";
        if (isServed && deployment.ImageBuild is not null)
            yield return "it has an ImageBuild, but what is served is run by this process; leave it out, or apply it instead";
        if (deployment.ImageBuild is not null && ImageBuilder.FolderOf(deployment) is null)
            yield return "where the source of this program lies is not known; set ImageBuild.Folder and Entrypoint";
        if (deployment.ConcurrencyLimit is <= 0)
            yield return $"ConcurrencyLimit is {deployment.ConcurrencyLimit}; it must be at least 1";
        foreach (var fault in deployment.Schedules.Select(Fault).OfType<string>())
            yield return fault;
        foreach (var fault in ParameterFaults(deployment))
            yield return fault;
    }

    private static string? Fault(Schedule schedule)
    {
        try
        {
            FireTimes.Read(schedule.Rule);
            return null;
        }
        catch (Exception e) when (e is FormatException or JsonException or TimeZoneNotFoundException)
        {
            return $"a schedule is wrong: {e.Message}";
        }
    }

    // A run can still be given what is missing here, except one that a schedule makes.
    private static IEnumerable<string> ParameterFaults(Deployment deployment)
    {
        if (deployment.Flow.Descriptor is not { } flow || !deployment.EnforceParameterSchema)
            return [];
        var given = FreeJson.Of(deployment.Parameters);
        if (given.ValueKind != JsonValueKind.Object)
            return [$"Parameters is {given.ValueKind}; it must be an object with a member for each parameter: new {{ city = \"Berlin\" }}"];
        List<string> faults = [];
        foreach (var schedule in deployment.Schedules.Where(schedule => schedule.Active && deployment.Paused is not true))
            ParameterBinder.Bind(flow, Merged(given, FreeJson.Of(schedule.Parameters)), faults);
        if (faults.Count == 0)
        {
            List<string> all = [];
            ParameterBinder.Bind(flow, given, all);
            faults.AddRange(all.Where(fault => !fault.EndsWith("is required", StringComparison.Ordinal)));
        }

        return faults.Distinct().Select(fault => $"parameter {fault}");
    }

    private static JsonElement Merged(JsonElement standard, JsonElement over)
    {
        var merged = JsonObject.Create(standard)!;
        foreach (var member in over.EnumerateObject())
            merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        return WireJson.Parse(merged.ToJsonString());
    }
}
