using System.Text;
using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>The token of a private repository, kept as a Secret block on the server. A block that was made for a deploy that then failed is taken back.</summary>
internal sealed class RepositoryToken
{
    private readonly OrchestrationClient _client;
    private readonly Guid? _created;

    private RepositoryToken(OrchestrationClient client, string block, Guid? created) => (_client, Block, _created) = (client, block, created);

    public string Block { get; }

    /// <summary><c>deployment-&lt;deployment&gt;-&lt;flow&gt;-repo-token</c>, in the letters that a block's name may have.</summary>
    public static string NameOf(string deployment, string flow) => $"deployment-{Slug(deployment)}-{Slug(flow)}-repo-token";

    public static string Placeholder(string block) => $"{{{{ prefect.blocks.secret.{block} }}}}";

    public static async Task<RepositoryToken> StoreAsync(OrchestrationClient client, string block, string token, CancellationToken ct)
    {
        var data = JsonFiles.ToElement(new() { ["value"] = JsonSerializer.SerializeToElement(token, WireJson.TypeInfo<string>()) });
        if (await client.FindBlockDocumentAsync("secret", block, includeSecrets: false, ct) is { } existing)
        {
            await client.UpdateBlockDocumentAsync(existing.Id, new BlockDocumentUpdate { Data = data, MergeExistingData = false }, ct);
            return new RepositoryToken(client, block, null);
        }
        var type = await client.FindBlockTypeAsync("secret", ct) ?? throw new CliException("this server has no block type 'secret'", $"{Settings.CommandName.Text} block register");
        var schemas = await client.FindBlockSchemasAsync(new Query { BlockSchemas = new BlockTypeFilter { BlockTypeId = new AnyOf<Guid> { Any = [type.Id] } }, Limit = 1 }, ct);
        if (schemas is not [var schema, ..])
            throw new CliException("the block type 'secret' has no schema on this server");
        var created = await client.CreateBlockDocumentAsync(new BlockDocumentCreate { Name = block, Data = data, BlockTypeId = type.Id, BlockSchemaId = schema.Id }, ct);
        return new RepositoryToken(client, block, created.Id);
    }

    /// <summary>Deletes the block if it was made here.</summary>
    public async Task WithdrawAsync()
    {
        if (_created is not { } id)
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _client.DeleteBlockDocumentAsync(id, limit.Token);
        }
        catch (Exception exception) when (exception is ApiException or OperationCanceledException)
        {
            // The fault that led here is told; a block that stays is overwritten by the next try.
        }
    }

    private static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        return slug.ToString().Trim('-');
    }
}
