using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.BlockBased;

/// <summary>Reads deployment files, written by this program, by the Python one, or by hand.</summary>
public static class DeploymentFileReader
{
    /// <summary>Whether a file is one of these rather than a program.</summary>
    public static bool IsDeploymentFile(string file) => Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml";

    public static async Task<(DeploymentFile? File, IReadOnlyList<Fault> Faults)> ReadAsync(string file, CancellationToken ct)
    {
        var faults = new FaultCollector();
        var root = YamlDocument.Read(file, await File.ReadAllTextAsync(file, ct), faults, out _);
        if (root is MapNode map && IsProject(map))
            faults.Add(map.Position, "this is a project file, which has no deployments of the block-based form", $"deploy it: reeve deploy --prefect-file {file} --all");
        var read = root switch
        {
            null => null,
            MapNode fields when !faults.Any => Read(BuildRequestReader.Normal(fields), faults),
            MapNode => null,
            _ => Refused(root, faults),
        };
        return (faults.Any ? null : read, faults.InOrder);
    }

    private static bool IsProject(MapNode map) => map["deployments"] is ListNode;

    private static DeploymentFile? Refused(DocumentNode root, FaultCollector faults)
    {
        faults.Add(root.Position, $"a deployment was expected: name, flow_name, entrypoint …; this is {root.Description}");
        return null;
    }

    private static DeploymentFile? Read(MapNode map, FaultCollector faults)
    {
        var reader = new MapReader(map, "a deployment file", faults);
        var (name, flow, entrypoint) = (reader.Text("name"), reader.Text("flow_name"), reader.Text("entrypoint"));
        foreach (var (key, value) in (ReadOnlySpan<(string, string?)>)[("name", name), ("flow_name", flow), ("entrypoint", entrypoint)])
            if (string.IsNullOrWhiteSpace(value))
                reader.Missing(key, "'deployment build' writes it");
        var file = new DeploymentFile
        {
            Source = map,
            Name = name ?? "",
            FlowName = flow ?? "",
            Entrypoint = entrypoint ?? "",
            Description = reader.Text("description"),
            Version = reader.Text("version"),
            WorkQueueName = reader.Text("work_queue_name"),
            WorkPoolName = reader.Text("work_pool_name"),
            Tags = [.. reader.List("tags")?.Items.OfType<ScalarNode>().Select(tag => tag.Text) ?? []],
            Parameters = Json(reader.Inner("parameters")),
            Schedules = ScheduleReader.Read(reader, faults) ?? [],
            IsScheduleActive = reader.Flag("is_schedule_active"),
            InfraOverrides = Json(reader.Inner("infra_overrides") ?? reader.Inner("job_variables")),
            Infrastructure = Block(reader, "infrastructure", faults),
            Storage = Block(reader, "storage", faults),
            Path = reader.Text("path"),
            ParameterSchema = Json(reader.Inner("parameter_openapi_schema")),
            EnforceParameterSchema = reader.Flag("enforce_parameter_schema"),
        };
        reader.RefuseOthers(key => key is "manifest_path" or "timestamp" or "triggers" or "job_variables" or "infra_overrides");
        if (name is not null && name.IndexOfAny(['/', '%', '&', '<', '>']) >= 0)
            faults.Add(map["name"]!.Position, $"the name '{name}' has one of / % & < > in it");
        return file;
    }

    private static JsonObject Json(MapNode? map) => map?.ToJson() as JsonObject ?? [];

    private static BlockChoice? Block(MapReader reader, string key, FaultCollector faults)
    {
        if (reader.Inner(key) is not { } map)
            return null;
        var type = (map["_block_type_slug"] ?? map["block_type_slug"]) is ScalarNode { IsNull: false } slug ? slug.Text : TypeOf((map["type"] as ScalarNode)?.Text);
        if (type is null)
        {
            faults.Add(map.Position, $"'{key}' does not say of which kind it is", "add block_type_slug: process, or the slug of another kind");
            return null;
        }
        var isAnonymous = map["_is_anonymous"] is ScalarNode { Value: JsonValue flag } && flag.TryGetValue<bool>(out var anonymous) && anonymous;
        var fields = map with { Entries = [.. map.Entries.Where(entry => !entry.Key.Text.StartsWith('_') && entry.Key.Text is not "block_type_slug")] };
        var id = Guid.TryParse((map["_block_document_id"] as ScalarNode)?.Text, out var parsed) ? parsed : (Guid?)null;
        var name = !isAnonymous && map["_block_document_name"] is ScalarNode { IsNull: false } named ? named.Text : null;
        return new BlockChoice(type, name, isAnonymous && key == "infrastructure" ? null : id, (JsonObject)fields.ToJson()) { Source = fields };
    }

    // What the "type" field of infrastructure holds is not always its kind's slug.
    private static string? TypeOf(string? type) => type == "container-instance-job" ? "azure-container-instance-job" : type;
}
