using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Blocks;
using Reeve.Settings;

namespace Reeve.Deployments.BlockBased;

/// <summary>Finds the blocks that deployments name, and the defaults of kinds that they only name the kind of. Each is asked for once.</summary>
internal sealed class BlockChoices(OrchestrationClient client)
{
    public const string RunsInfrastructure = "run-infrastructure";
    public const string GivesFiles = "get-directory";
    public const string TakesFiles = "put-directory";

    private readonly Dictionary<string, BlockDocument?> _documents = new(StringComparer.Ordinal);

    public BlockKinds Kinds { get; } = new(client);

    /// <summary>The block behind "type/name", which must be able to do something.</summary>
    public async Task<BlockDocument?> NamedAsync(string type, string name, string capability, SourcePosition? at, FaultCollector faults, CancellationToken ct)
    {
        var key = $"{type}/{name}";
        if (!_documents.TryGetValue(key, out var document))
            _documents[key] = document = await client.FindBlockDocumentAsync(type, name, includeSecrets: false, ct);
        if (document is null)
        {
            var isKind = await Kinds.FindAsync(type, ct) is not null;
            faults.Add(at, $"there is no block '{key}'", isKind ? $"make it with '{CommandName.Text} block create {type} --name {name}'"
                : $"there is no kind of block '{type}' either{(NearestName.Of(type, await Kinds.SlugsAsync(ct)) is { } near ? $"; did you mean '{near}'?" : "")}");
        }
        else if (!Can(document.BlockSchema, capability))
        {
            faults.Add(at, $"the block '{key}' {Lack(capability)}", await CapableAsync(capability, ct));
            return null;
        }
        return document;
    }

    /// <summary>A block of this kind with the defaults of its schema, for a deployment of its own.</summary>
    public async Task<BlockChoice?> DefaultsAsync(string type, SourcePosition? at, FaultCollector faults, CancellationToken ct)
    {
        // the one kind whose field "type" holds another name than its slug
        var slug = type == "container-instance-job" ? "azure-container-instance-job" : type;
        if (await Kinds.FindAsync(slug, ct) is not var (_, schema))
        {
            faults.Add(at, $"there is no kind of infrastructure '{type}'", await CapableAsync(RunsInfrastructure, ct));
            return null;
        }
        if (!Can(schema, RunsInfrastructure))
        {
            faults.Add(at, $"the kind of block '{type}' {Lack(RunsInfrastructure)}", await CapableAsync(RunsInfrastructure, ct));
            return null;
        }
        var data = new JsonObject();
        foreach (var field in BlockFields.All(schema))
            data[field.Name] = field.Value.TryGetProperty("default", out var value) ? JsonNode.Parse(value.GetRawText()) : field.Name is "env" or "labels" ? new JsonObject() : null;
        return new BlockChoice(slug, null, null, data);
    }

    public static bool Can(BlockSchema? schema, string capability) => schema?.Capabilities.Contains(capability) == true;

    private static string Lack(string capability) => capability == RunsInfrastructure ? "is no infrastructure: nothing can be run by it" : "is no storage: no files can be read from it";

    private async Task<string> CapableAsync(string capability, CancellationToken ct)
    {
        List<string> able = [];
        foreach (var slug in await Kinds.SlugsAsync(ct))
            if (await Kinds.FindAsync(slug, ct) is var (_, schema) && Can(schema, capability))
                able.Add(slug);
        return "these kinds can: " + string.Join(", ", able);
    }

    /// <summary>The fields as the server shows them, secrets hidden.</summary>
    public static BlockChoice Choice(BlockDocument document, string type) =>
        new(type, document.Name, document.Id, document.Data.ValueKind is JsonValueKind.Object ? JsonObject.Create(document.Data)! : []);
}
