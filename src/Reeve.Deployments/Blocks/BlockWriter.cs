using System.Text.Json.Nodes;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Templating;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;

namespace Reeve.Deployments.Blocks;

using Fault = Projects.Fault;

/// <summary>
/// Makes blocks of what was written down. Everything is looked at first: kinds, names, fields, the blocks they point at, expressions; only when nothing is wrong is
/// anything written. A block that is there already is changed where the caller allows it.
/// </summary>
public sealed class BlockWriter(OrchestrationClient client, Func<string, string?> environment)
{
    private readonly BlockKinds _kinds = new(client);
    private readonly Dictionary<string, Guid> _ids = new(StringComparer.Ordinal);

    /// <summary>Values that no message may show.</summary>
    public SecretRegistry Secrets { get; } = new();

    /// <summary>The blocks that were made or changed, or everything that is wrong.</summary>
    public async Task<(IReadOnlyList<WrittenBlock> Written, IReadOnlyList<Fault> Faults)> WriteAsync(IReadOnlyList<BlockDraft> drafts, bool overwrite, CancellationToken ct)
    {
        var faults = new FaultCollector();
        List<PreparedBlock> prepared = [];
        foreach (var draft in drafts)
            if (await PrepareAsync(draft, drafts, overwrite, faults, ct) is { } one)
                prepared.Add(one);
        foreach (var twins in drafts.GroupBy(draft => draft.FullName).Where(group => group.Count() > 1))
            faults.Add(twins.Last().NamePosition, $"the block '{twins.Key}' is described twice");
        var ordered = Order(prepared, faults);
        if (faults.Any)
            return ([], faults.InOrder);
        List<WrittenBlock> written = [];
        foreach (var one in ordered)
            written.Add(await WriteAsync(one, ct));
        return (written, []);
    }

    private async Task<PreparedBlock?> PrepareAsync(BlockDraft draft, IReadOnlyList<BlockDraft> all, bool overwrite, FaultCollector faults, CancellationToken ct)
    {
        CheckName(draft, faults);
        if (await _kinds.FindAsync(draft.Type, ct) is not var (type, schema))
        {
            faults.Add(draft.TypePosition, $"there is no kind of block '{draft.Type}'", NearestName.Hint(draft.Type, await _kinds.SlugsAsync(ct)));
            return null;
        }

        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        List<MapEntry> entries = [];
        foreach (var entry in draft.Data.Entries)
            entries.Add(entry with { Value = await ResolveAsync(draft, entry, schema, all, references, faults, ct) });
        var resolved = draft with { Data = draft.Data with { Entries = entries } };
        BlockCheck.Check(resolved, schema, Secrets, faults);
        var existing = draft.Name is null ? null : await client.FindBlockDocumentAsync(draft.Type, draft.Name, includeSecrets: false, ct);
        if (existing is not null && !overwrite)
            faults.Add(draft.NamePosition, $"there is a block '{draft.FullName}' already", "--overwrite changes it");
        return new PreparedBlock(resolved, type, schema, existing, references);
    }

    private static void CheckName(BlockDraft draft, FaultCollector faults)
    {
        if (draft.Name is { } name && (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')))
            faults.Add(draft.NamePosition, $"'{name}' cannot be a block's name: lower-case letters, digits and - only");
    }

    /// <summary>A field that holds a block takes TYPE/NAME in every way people write it; every other value is an expression.</summary>
    private async Task<DocumentNode> ResolveAsync(BlockDraft draft, MapEntry entry, BlockSchema schema, IReadOnlyList<BlockDraft> all, Dictionary<string, string> references, FaultCollector faults, CancellationToken ct)
    {
        if (BlockFields.References(schema, entry.Key.Text) is { Count: > 0 } kinds && Pointed(entry.Value, kinds) is { } target)
        {
            if (!target.Contains('/', StringComparison.Ordinal))
                return entry.Value; // by id: the server knows
            if (!kinds.Contains(target.Split('/')[0]))
                faults.Add(entry.Value.Position, $"field '{entry.Key.Text}' takes a block of kind {string.Join(" or ", kinds)}, and this is '{target}'");
            else if (all.All(draft => draft.FullName != target) && await FindAsync(target, ct) is null)
                faults.Add(entry.Value.Position, $"there is no block '{target}'", $"make it first, or describe it in the same file");
            references[entry.Key.Text] = target;
            return Reference(entry.Value.Position, target);
        }

        if (draft.IsLiteral)
            return entry.Value;
        var scope = ApiSources.Scope(client) with { Environment = environment };
        if (entry.Value is ScalarNode { IsText: true, Text: ['$', .., _] text } && text.AsSpan(1).IndexOfAnyExcept(VariableName) < 0)
        {
            if (environment(text[1..]) is { } value)
                return new ScalarNode(entry.Value.Position, value, JsonValue.Create(value));
            faults.Add(entry.Value.Position, $"the environment has no variable '{text[1..]}'");
            return entry.Value;
        }
        return await new TemplateResolver(scope, Secrets).ResolveAsync(entry.Value, faults, ct);
    }

    private static readonly System.Buffers.SearchValues<char> VariableName = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    // {{ prefect.blocks.TYPE.NAME }}, {$ref: TYPE/NAME}, {$ref: {block_document_id: ID}} or plainly TYPE/NAME
    private static string? Pointed(DocumentNode value, IReadOnlyList<string> kinds) => value switch
    {
        ScalarNode { IsText: true } scalar when Template.Parse(scalar.Text).Whole is { Kind: PlaceholderKind.Block } block && !block.Rest.Any() => $"{block.BlockType}/{block.Name}",
        ScalarNode { IsText: true } scalar when kinds.Any(kind => scalar.Text.StartsWith(kind + "/", StringComparison.Ordinal)) => scalar.Text,
        MapNode map when map["$ref"] is ScalarNode named => named.Text,
        MapNode map when map["$ref"] is MapNode byId => (byId["block_document_id"] as ScalarNode)?.Text,
        _ => null,
    };

    private static MapNode Reference(SourcePosition at, string target) => (MapNode)DocumentNode.FromJson(at, new JsonObject { ["$ref"] = target });

    private async Task<Guid?> FindAsync(string fullName, CancellationToken ct)
    {
        if (_ids.TryGetValue(fullName, out var known))
            return known;
        var parts = fullName.Split('/', 2);
        if (await client.FindBlockDocumentAsync(parts[0], parts[1], includeSecrets: false, ct) is not { } found)
            return null;
        return _ids[fullName] = found.Id;
    }

    // A block comes after those that it points at.
    private static List<PreparedBlock> Order(List<PreparedBlock> blocks, FaultCollector faults)
    {
        List<PreparedBlock> ordered = [];
        var waiting = blocks.ToList();
        while (waiting.Count > 0)
        {
            var next = waiting.FirstOrDefault(block => block.References.Values.All(target => waiting.All(other => other.Draft.FullName != target)));
            if (next is null)
            {
                faults.Add(waiting[0].Draft.NamePosition, $"these blocks point at each other in a circle: {string.Join(", ", waiting.Select(block => block.Draft.FullName))}");
                return ordered;
            }
            waiting.Remove(next);
            ordered.Add(next);
        }
        return ordered;
    }

    private async Task<WrittenBlock> WriteAsync(PreparedBlock block, CancellationToken ct)
    {
        var data = block.Draft.Data.ToJson().AsObject();
        foreach (var (field, target) in block.References)
            data[field] = new JsonObject { ["$ref"] = new JsonObject { ["block_document_id"] = (await FindAsync(target, ct))!.Value.ToString() } };
        var element = WireJson.Parse(data.ToJsonString());
        var id = block.Existing?.Id;
        if (block.Existing is { } existing)
            await client.UpdateBlockDocumentAsync(existing.Id, new BlockDocumentUpdate { Data = element, BlockSchemaId = block.Schema.Id, MergeExistingData = false }, ct);
        else
            id = (await client.CreateBlockDocumentAsync(
                new BlockDocumentCreate { Name = block.Draft.Name, Data = element, BlockTypeId = block.Type.Id, BlockSchemaId = block.Schema.Id, IsAnonymous = block.Draft.Name is null }, ct)).Id;
        return new WrittenBlock(block.Draft.Type, block.Draft.Name, _ids[block.Draft.FullName] = id!.Value, block.Existing is null);
    }

    private sealed record PreparedBlock(BlockDraft Draft, BlockType Type, BlockSchema Schema, BlockDocument? Existing, Dictionary<string, string> References);
}

/// <summary>A block that is on the server now.</summary>
public sealed record WrittenBlock(string Type, string? Name, Guid Id, bool IsNew)
{
    public string FullName => $"{Type}/{Name}";
}
