using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Projects;

/// <summary>
/// A step that names its own id where it means what an earlier step gave: <c>pull_from_gcs</c> with the id <c>pull_code</c> and
/// <c>folder: '{{ pull_code.folder }}'</c>. The gcs recipe has been written that way for years; no step can see its own outputs, so nothing else can be meant.
/// </summary>
internal static class OwnIdReference
{
    /// <summary>The inputs with such references pointing at the earlier output of that name, where there is one.</summary>
    public static DocumentNode Corrected(DocumentNode inputs, string id, IReadOnlySet<string> earlierOutputs) => inputs switch
    {
        MapNode map => map with { Entries = [.. map.Entries.Select(entry => entry with { Value = Corrected(entry.Value, id, earlierOutputs) })] },
        ListNode list => list with { Items = [.. list.Items.Select(item => Corrected(item, id, earlierOutputs))] },
        ScalarNode { IsText: true } scalar => Corrected(scalar, id, earlierOutputs),
        _ => inputs,
    };

    private static ScalarNode Corrected(ScalarNode scalar, string id, IReadOnlySet<string> earlierOutputs)
    {
        var text = scalar.Text;
        foreach (var placeholder in Template.Parse(text).Placeholders.Reverse())
            if (placeholder is { Kind: PlaceholderKind.StepOutput, Path: [var name, var output, ..] } && name == id && earlierOutputs.Contains(output))
                text = $"{text[..placeholder.Offset]}{{{{ {string.Join('.', placeholder.Rest)} }}}}{text[(placeholder.Offset + placeholder.Length)..]}";
        return text == scalar.Text ? scalar : scalar with { Text = text, Value = JsonValue.Create(text) };
    }
}
