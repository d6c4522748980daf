using System.Text.Json.Nodes;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Projects;

/// <summary>
/// Reads a build, push or pull section: the form of each step, its name and inputs, and that every step output a placeholder names will be
/// there by then. <paramref name="before"/> are the sections that run before this one.
/// </summary>
internal sealed class StepSectionReader(FaultCollector faults, StepCatalog catalog, params IReadOnlyList<StepSection> before)
{
    // Names a placeholder may begin with: ids with their outputs (null: not known), and the outputs by themselves.
    private readonly Dictionary<string, IReadOnlyList<string>?> _ids = [];
    private readonly HashSet<string> _outputs = [];
    private bool _anyOutput;

    /// <param name="foreign">Whether steps of Python packages may stand here.</param>
    public StepSection Read(MapReader map, string key, bool foreign)
    {
        foreach (var entry in before.SelectMany(section => section.Steps))
            Remember(entry);
        List<DocumentNode> items = map.Node(key) switch
        {
            null => [],
            ListNode list => [.. list.Items],
            MapNode single => [single],
            var other => Refused(map, key, other),
        };
        List<StepEntry> steps = [];
        foreach (var item in items)
        {
            if (item is ScalarNode { IsNull: true } or MapNode { Entries.Count: 0 })
                continue;
            if (ReadStep(item, foreign) is { } step)
            {
                steps.Add(step);
                Remember(step);
            }
        }
        return new StepSection(map.Has(key), steps);
    }

    private static List<DocumentNode> Refused(MapReader map, string key, DocumentNode node)
    {
        map.Wrong(key, node, "a list of steps");
        return [];
    }

    private StepEntry? ReadStep(DocumentNode item, bool foreign)
    {
        if (item is ScalarNode bare && catalog.Find(bare.Text) is not null)
            faults.Add(item.Position, $"the step '{bare.Text}' has no inputs", "write a ':' after its name and its inputs below, indented");
        else if (item is not MapNode)
            faults.Add(item.Position, $"a step should be a mapping of its name to its inputs, and this is {item.Description}");
        if (item is not MapNode map)
            return null;
        var (name, inputs) = (map.Entries[0].Key, map.Entries[0].Value);
        if (map.Entries.Count > 1)
        {
            var second = map.Entries[1].Key;
            faults.Add(second.Position, $"'{second.Text}' stands beside the step '{name.Text}', and a step has one name only",
                inputs is ScalarNode { IsNull: true } ? "indent the inputs deeper than the step's name" : "begin the next step with '- '");
            return null;
        }

        var step = catalog.Find(name.Text);
        var isForeign = step is null && !StepCatalog.IsOurs(name.Text);
        if (step is null && !(isForeign && foreign))
            faults.Add(name.Position, isForeign ? $"'{name.Text}' is a step of a Python package; this program does not run it" : $"unknown step '{name.Text}'", catalog.Hint(name.Text));
        if (inputs is not (MapNode or ScalarNode { IsNull: true }))
        {
            faults.Add(inputs.Position, $"the inputs of '{name.Text}' should be a mapping, and this is {inputs.Description}");
            return null;
        }
        if (inputs is MapNode given && given["id"] is ScalarNode { IsText: true } own && !_ids.ContainsKey(own.Text))
        {
            inputs = OwnIdReference.Corrected(given, own.Text, _outputs);
            map = map with { Entries = [map.Entries[0] with { Value = inputs }] };
        }
        var fields = inputs as MapNode ?? new MapNode(name.Position, []);
        CheckPlaceholders(fields);
        var id = step is null ? (fields["id"] as ScalarNode)?.Text : CheckInputs(name, fields, step.Signature);
        return new StepEntry(name.Position, name.Text, id, map, isForeign);
    }

    private string? CheckInputs(ScalarNode name, MapNode fields, StepSignature signature)
    {
        var reader = new MapReader(fields, $"the step '{signature.Name}'", faults);
        var id = reader.Text("id");
        reader.Node("requires");
        if (id is not null && _ids.ContainsKey(id))
            faults.Add(fields["id"]!.Position, $"another step has the id '{id}' already");
        foreach (var input in signature.AllInputs)
        {
            switch (input.Kind)
            {
                case StepInputKind.Text:
                    reader.Text(input.Name);
                    break;
                case StepInputKind.Flag:
                    reader.Flag(input.Name);
                    break;
                case StepInputKind.Map:
                    reader.Inner(input.Name);
                    break;
                case StepInputKind.List when fields[input.Name] is not ScalarNode: // one text is a list of itself
                    reader.List(input.Name);
                    break;
                case StepInputKind.Whole:
                    if (reader.Whole(input.Name) < 0)
                        reader.Wrong(input.Name, fields[input.Name]!, "a whole number, not below zero");
                    break;
                case StepInputKind.Duration:
                    CheckDuration(reader, input.Name);
                    break;
                default:
                    reader.Node(input.Name);
                    break;
            }
            if (input.Required && !reader.Has(input.Name))
                faults.Add(name.Position, $"the step '{signature.Name}' has no '{input.Name}'");
        }
        reader.RefuseOthers(_ => signature.TakesAnyKey);
        return id;
    }

    private static void CheckDuration(MapReader reader, string key)
    {
        if (reader.Node(key) is { } node && !MapReader.IsPlaceholder(node) && !(node is ScalarNode scalar && StepDuration.TryParse(scalar.Text, out _)))
            reader.Wrong(key, node, StepDuration.Expected);
    }

    private void CheckPlaceholders(DocumentNode node)
    {
        switch (node)
        {
            case MapNode map:
                foreach (var entry in map.Entries)
                    CheckPlaceholders(entry.Value);
                break;
            case ListNode list:
                foreach (var item in list.Items)
                    CheckPlaceholders(item);
                break;
            case ScalarNode { IsText: true } scalar:
                CheckText(scalar);
                break;
        }
    }

    private void CheckText(ScalarNode scalar)
    {
        var template = Template.Parse(scalar.Text);
        foreach (var mistake in template.Mistakes)
            faults.Add(scalar.Within(mistake.Offset), $"'{{{{ {mistake.Expression} }}}}' is not a placeholder: {mistake.Expected}");
        foreach (var placeholder in template.Placeholders.Where(placeholder => placeholder.Kind is PlaceholderKind.StepOutput))
        {
            if (_ids.TryGetValue(placeholder.Name, out var outputs))
            {
                if (outputs is not null && placeholder.Path is [_, var output, ..] && !outputs.Contains(output))
                    faults.Add(scalar.Within(placeholder.Offset), $"the step '{placeholder.Name}' has no output '{output}'", NearestName.Hint(output, [.. outputs]));
            }
            else if (!_anyOutput && !_outputs.Contains(placeholder.Name))
                faults.Add(scalar.Within(placeholder.Offset), $"no earlier step has the id or output '{placeholder.Name}'",
                    NearestName.Hint(placeholder.Name, [.. _ids.Keys, .. _outputs]));
        }
    }

    private void Remember(StepEntry step)
    {
        var outputs = catalog.Find(step.Name)?.Signature.Outputs;
        if (step.Id is not null)
            _ids[step.Id] = outputs;
        if (outputs is null)
            _anyOutput = true; // what it gives is not known here
        else
            _outputs.UnionWith(outputs);
    }
}
