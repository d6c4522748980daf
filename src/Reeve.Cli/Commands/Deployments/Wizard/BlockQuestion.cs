using Reeve.Client;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>Which block of a type: those that are there, so that a deploy does not fail at the end for one that is not.</summary>
internal static class BlockQuestion
{
    /// <param name="none">The row for no block at all; null: there has to be one.</param>
    /// <param name="other">The row for something else than a block, and the question for it; null: a block's name is typed.</param>
    /// <returns>The block's name, or what was typed; null for none.</returns>
    public static async Task<string?> AskAsync(OrchestrationClient client, Questions questions, string question, string typeSlug, string flag, string? none, (string Row, string Question)? other, CancellationToken ct)
    {
        var type = await client.FindBlockTypeAsync(typeSlug, ct);
        List<string> names = type is null ? [] : [.. (await client.FindBlockDocumentsAsync(new Query { Limit = 200 }, ct))
            .Where(block => block.BlockTypeId == type.Id && block.Name is not null).Select(block => block.Name!).Order(StringComparer.Ordinal)];
        List<string[]> rows = [.. names.Select(name => new[] { name, typeSlug })];
        if (none is not null)
            rows.Add(["(none)", none]);
        rows.Add(["(another)", other?.Row ?? "enter its name; it has to be there before a run needs it"]);
        var chosen = questions.Choose(question, flag, ["Block", ""], rows);
        if (chosen < names.Count)
            return names[chosen];
        if (rows[chosen][0] == "(none)")
            return null;
        while (true)
        {
            var said = questions.Text(other?.Question ?? $"Name of the {typeSlug} block", flag);
            if (said.Contains("://", StringComparison.Ordinal) || said.Contains("{{", StringComparison.Ordinal))
                return said;
            var (slug, name) = said.Split('/', 2) is [var kind, var rest] ? (kind, rest) : (typeSlug, said);
            if (await client.FindBlockDocumentAsync(slug, name, includeSecrets: false, ct) is not null)
                return said;
            questions.Say($"  there is no block '{slug}/{name}'; in another terminal: {Settings.CommandName.Text} block create {slug} --name {name}");
        }
    }
}
