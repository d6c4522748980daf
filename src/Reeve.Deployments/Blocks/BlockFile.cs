using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Blocks;

/// <summary>Blocks written down in YAML: one of them, a list, or a list under <c>blocks</c>; each with type, name and data.</summary>
public static class BlockFile
{
    public static async Task<(IReadOnlyList<BlockDraft> Blocks, IReadOnlyList<Fault> Faults)> ReadAsync(string file, CancellationToken ct)
    {
        var faults = new FaultCollector();
        var root = YamlDocument.Read(file, await File.ReadAllTextAsync(file, ct), faults, out _);
        if (root is null)
            return ([], faults.InOrder);
        IReadOnlyList<DocumentNode> items = root switch
        {
            MapNode map when map["blocks"] is ListNode list => list.Items,
            ListNode list => list.Items,
            _ => [root],
        };
        List<BlockDraft> blocks = [];
        foreach (var item in items)
            if (Read(item, faults) is { } block)
                blocks.Add(block);
        if (items.Count == 0)
            faults.Add(root.Position, "there is no block in it", "write blocks: [{type: secret, name: token, data: {value: \"{{ $TOKEN }}\"}}]");
        return (faults.Any ? [] : blocks, faults.InOrder);
    }

    private static BlockDraft? Read(DocumentNode item, FaultCollector faults)
    {
        if (item is not MapNode map)
        {
            faults.Add(item.Position, $"a block should be a mapping with 'type', 'name' and 'data', and this is {item.Description}");
            return null;
        }
        var reader = new MapReader(map, "a block", faults);
        var (type, name, data) = (reader.Text("type"), reader.Text("name"), reader.Inner("data"));
        if (type is null)
            reader.Missing("type", "such as secret, s3-bucket, process");
        if (name is null)
            reader.Missing("name");
        reader.RefuseOthers();
        return type is null || name is null ? null : new BlockDraft(type, name, data ?? new MapNode(map.Position, []))
        {
            TypePosition = map["type"]!.Position,
            NamePosition = map["name"]!.Position,
        };
    }
}
