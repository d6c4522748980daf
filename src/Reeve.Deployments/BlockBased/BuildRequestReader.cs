using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>Reads what block-based deployments are asked to be.</summary>
public static class BuildRequestReader
{
    private static readonly string[] InfrastructureKeys = ["ib-block", "infra-block", "ib_block", "infra_block"];

    /// <summary>A file with <c>ib-block</c> and <c>deployments</c>: the form that CI scripts keep for each environment.</summary>
    public static async Task<(IReadOnlyList<BuildRequest> Requests, IReadOnlyList<Fault> Faults)> ReadFileAsync(string file, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<BuildRequest> requests = [];
        switch (YamlDocument.Read(file, await File.ReadAllTextAsync(file, ct), faults, out _))
        {
            case MapNode root:
                ReadAll(root, requests, faults);
                break;
            case { } other:
                faults.Add(other.Position, $"a mapping with 'ib-block' and 'deployments' was expected, and this is {other.Description}");
                break;
        }
        return (faults.Any ? [] : requests, faults.InOrder);
    }

    /// <summary>What the command line said, under the keys that a file would say it with.</summary>
    public static (BuildRequest? Request, IReadOnlyList<Fault> Faults) FromCommandLine(JsonObject fields)
    {
        var faults = new FaultCollector();
        var request = Read((MapNode)DocumentNode.FromJson(new SourcePosition("command line", 0, 0), fields), null, null, faults);
        return (faults.Any ? null : request, faults.Faults);
    }

    private static void ReadAll(MapNode root, List<BuildRequest> requests, FaultCollector faults)
    {
        var reader = new MapReader(root, "the file", faults);
        var infrastructure = InfrastructureKeys.Select(reader.Text).FirstOrDefault(text => text is not null);
        var storage = reader.Text("sb-block") ?? reader.Text("storage-block");
        var deployments = reader.List("deployments");
        if (infrastructure is null)
            reader.Missing("ib-block", "name the infrastructure block, for example: ib-block: process/dev");
        if (deployments is null)
            reader.Missing("deployments");
        reader.RefuseOthers();
        foreach (var item in deployments?.Items ?? [])
        {
            if (item is not MapNode map)
                faults.Add(item.Position, $"a deployment should be a mapping with 'name' and 'entrypoint', and this is {item.Description}");
            else if (Read(map, infrastructure, storage, faults) is { } request)
                requests.Add(request);
        }
        foreach (var twins in requests.GroupBy(request => (request.Entrypoint, request.Name)).Where(group => group.Count() > 1))
            faults.Add(twins.Last().At("name"), $"another deployment of '{twins.Key.Entrypoint}' has the name '{twins.Key.Name}' (line {twins.First().At("name").Line})");
    }

    private static BuildRequest? Read(MapNode map, string? infrastructure, string? storage, FaultCollector faults)
    {
        var normal = Normal(map);
        var reader = new MapReader(normal, "a deployment", faults);
        var pool = reader.Inner("work_pool") is { } inner ? new MapReader(inner, "a work pool", faults) : null;
        var (name, entrypoint) = (reader.Text("name"), reader.Text("entrypoint"));
        if (string.IsNullOrWhiteSpace(name))
            reader.Missing("name");
        if (string.IsNullOrWhiteSpace(entrypoint))
            reader.Missing("entrypoint", "such as flows/hello.cs:Hello");
        var request = new BuildRequest
        {
            Source = normal,
            Name = name ?? "",
            Entrypoint = entrypoint ?? "",
            Description = reader.Text("description"),
            Version = reader.Text("version"),
            Tags = [.. reader.List("tags")?.Items.OfType<ScalarNode>().Select(tag => tag.Text) ?? []],
            Parameters = reader.Inner("parameters"),
            Schedules = ScheduleReader.Read(reader, faults),
            IsScheduleActive = reader.Flag("is_schedule_active"),
            WorkPoolName = pool?.Text("name") ?? reader.Text("work_pool_name"),
            WorkQueueName = pool?.Text("work_queue_name") ?? reader.Text("work_queue_name"),
            WorkQueueLimit = reader.Whole("work_queue_concurrency"),
            Overrides = Json(reader.Inner("infra_overrides")) ?? Json(reader.Inner("job_variables")) ?? Json(pool?.Inner("job_variables")) ?? [],
            InfrastructureBlock = InfrastructureKeys.Select(reader.Text).FirstOrDefault(text => text is not null) ?? (normal["infra"] is null ? infrastructure : null),
            InfrastructureType = reader.Text("infra"),
            StorageBlock = reader.Text("sb-block") ?? reader.Text("storage-block") ?? storage,
            Path = reader.Text("path"),
            EnforceParameterSchema = reader.Flag("enforce_parameter_schema"),
        };
        reader.RefuseOthers();
        pool?.RefuseOthers();
        if (request.InfrastructureType is not null && request.InfrastructureBlock is not null)
            faults.Add(request.At("infra"), "an infrastructure type and an infrastructure block exclude each other", "-i names a kind with its defaults, -ib a block");
        if (request.WorkQueueLimit is < 0)
            faults.Add(request.At("work_queue_concurrency"), $"a limit of {request.WorkQueueLimit} makes no sense; 0 or more");
        return string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(entrypoint) ? null : request;
    }

    private static JsonObject? Json(MapNode? map) => map?.ToJson() as JsonObject;

    /// <summary>Schedules are written with "anchor-date" as options spell it, and files of the 2.x line hold keys of schedules that say nothing.</summary>
    internal static MapNode Normal(MapNode map) => map with
    {
        Entries = [.. map.Entries.Select(entry => entry.Key.Text switch
        {
            "schedule" when entry.Value is MapNode schedule => entry with { Value = Schedule(schedule) },
            "schedules" when entry.Value is ListNode list => entry with { Value = list with { Items = [.. list.Items.Select(item => item is MapNode one ? Schedule(one) : item)] } },
            _ => entry,
        })],
    };

    private static MapNode Schedule(MapNode schedule) => schedule with
    {
        Entries = [.. schedule.Entries
            .Where(entry => entry.Key.Text is not ("max_active_runs" or "catchup" or "id" or "created" or "updated" or "deployment_id"))
            .Select(entry => entry.Key.Text is "anchor-date" or "day-or" ? entry with { Key = entry.Key with { Text = entry.Key.Text.Replace('-', '_') } }
                : entry.Key.Text == "schedule" && entry.Value is MapNode inner ? entry with { Value = Schedule(inner) } : entry)],
    };
}
