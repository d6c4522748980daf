using System.CommandLine;
using Reeve.Client;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Blocks;

internal static class BlockLookup
{
    public static async Task<BlockType> TypeAsync(OrchestrationClient client, string slug, CancellationToken ct)
    {
        if (await client.FindBlockTypeAsync(slug, ct) is { } type)
            return type;
        var slugs = (await client.FindBlockTypesAsync(new Query { Limit = 200 }, ct)).Select(t => t.Slug).ToList();
        throw new CliException($"there is no kind of block '{slug}'", NearestName.Hint(slug, slugs) ?? $"{CommandName.Text} block type ls shows them");
    }

    /// <param name="client">The API.</param>
    /// <param name="name">"secret/bitcred".</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<BlockDocument> DocumentAsync(OrchestrationClient client, string name, CancellationToken ct)
    {
        if (name.Split('/') is not [var slug, var own])
            throw new CliException($"'{name}' is not TYPE/NAME", "for example: secret/bitcred", ExitCodes.Usage);
        if (await client.FindBlockDocumentAsync(slug, own, includeSecrets: false, ct) is { } block)
            return block;
        await TypeAsync(client, slug, ct);
        var all = await client.FindBlockDocumentsAsync(new Query { Limit = 200 }, ct);
        throw new CliException($"there is no block '{name}'", NearestName.Hint(name, [.. all.Select(b => $"{b.BlockType?.Slug}/{b.Name}")]) ?? $"{CommandName.Text} block ls shows them");
    }
}
