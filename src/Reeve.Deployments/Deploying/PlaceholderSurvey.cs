using Reeve.Deployments.Projects;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>Every placeholder of a document and where it stands.</summary>
internal static class PlaceholderSurvey
{
    public static IEnumerable<(Placeholder Placeholder, SourcePosition Position)> Of(DocumentNode? node) => node switch
    {
        MapNode map => map.Entries.SelectMany(entry => Of(entry.Value)),
        ListNode list => list.Items.SelectMany(Of),
        ScalarNode { IsText: true } scalar => Template.Parse(scalar.Text).Placeholders.Select(placeholder => (placeholder, scalar.Within(placeholder.Offset))),
        _ => [],
    };
}
