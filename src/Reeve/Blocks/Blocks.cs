using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Blocks;

namespace Reeve;

/// <summary>Blocks: configuration with secrets, kept by the server under a name. See <see cref="BlockAttribute"/>.</summary>
public static class Blocks
{
    /// <summary>Makes the kind of block known to the server, with its fields and those of the kinds inside it; what is known already and equal stays.</summary>
    /// <exception cref="InvalidOperationException"><typeparamref name="T"/> is no block type.</exception>
    /// <exception cref="ApiException">The API refuses it or does not answer.</exception>
    public static Task RegisterAsync<T>(CancellationToken ct = default)
        where T : class => RegisterAsync(typeof(T), ct);

    /// <summary>Makes the kind of block known to the server, as <see cref="RegisterAsync{T}"/> does, for a type that is found at run time.</summary>
    /// <param name="type">A type marked <see cref="BlockAttribute"/>.</param>
    /// <param name="ct">Cancels the requests.</param>
    /// <exception cref="InvalidOperationException">It is no block type.</exception>
    /// <exception cref="ApiException">The API refuses it or does not answer.</exception>
    public static async Task RegisterAsync(Type type, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(type);
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        await BlockRegistration.EnsureAsync(here, BlockKind.Of(type), either.Token);
    }

    /// <summary>Keeps a block under a name, after its kind is registered.</summary>
    /// <param name="block">An object of a type marked <see cref="BlockAttribute"/>. Blocks inside it that were saved or loaded become references, others are kept within it.</param>
    /// <param name="name">Lower-case letters, digits and dashes; unique within the kind.</param>
    /// <param name="overwrite">Whether a block of that name takes the new values; default false.</param>
    /// <param name="ct">Cancels the request.</param>
    /// <returns>The block's id.</returns>
    /// <exception cref="ArgumentException">The name has other signs.</exception>
    /// <exception cref="InvalidOperationException">The type is no block type, or there is such a block and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="ApiException">The API refuses it or does not answer.</exception>
    public static async Task<Guid> SaveAsync<T>(T block, string name, bool overwrite = false, CancellationToken ct = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(block);
        if (name is null || !BlockKind.SlugPattern().IsMatch(name))
            throw new ArgumentException($"A block's name has lower-case letters, digits and dashes only, such as 'prod'; '{name}' has not.", nameof(name));
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        var kind = BlockKind.Of(block.GetType());
        var known = await BlockRegistration.EnsureAsync(here, kind, either.Token);
        var data = WireJson.Parse(kind.Write(block).ToJsonString());
        var id = await CreateAsync(here.Client, known, name, data, either.Token) ?? await OverwriteAsync(here.Client, kind, known, name, data, overwrite, either.Token);
        BlockIdentity.Set(block, id);
        return id;
    }

    /// <summary>Reads a block, its secrets and the blocks inside it.</summary>
    /// <exception cref="InvalidOperationException">There is no such block, its data does not fit the type, or <typeparamref name="T"/> is no block type.</exception>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<T> LoadAsync<T>(string name, CancellationToken ct = default)
        where T : class
    {
        var kind = BlockKind.Of(typeof(T));
        var document = await FindAsync(kind.Slug, name, ct);
        try
        {
            var block = (T)kind.Read(document.Data, document.BlockDocumentReferences);
            BlockIdentity.Set(block, document.Id);
            return block;
        }
        catch (JsonException e)
        {
            // No inner exception: what does not fit may be the secret itself, and whoever logs this logs all of it.
            throw new InvalidOperationException($"The block '{kind.Slug}/{name}' does not fit {typeof(T).Name}: what is at {e.Path ?? "$"} is missing or of another type. Save it again, or change the type.");
        }
    }

    /// <summary>Reads a block of any kind as JSON, secrets in clear.</summary>
    /// <param name="path">The kind and the name: "aws-credentials/prod".</param>
    /// <param name="ct">Cancels the request.</param>
    /// <exception cref="ArgumentException">The path is not of that form.</exception>
    /// <exception cref="InvalidOperationException">There is no such block.</exception>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<JsonElement> LoadAsync(string path, CancellationToken ct = default) => path?.Split('/') is [{ Length: > 0 } slug, { Length: > 0 } name]
        ? (await FindAsync(slug, name, ct)).Data
        : throw new ArgumentException($"A block is named by its kind and its name, such as 'secret/api-key', not '{path}'.", nameof(path));

    /// <summary>Deletes a block.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="ApiException">The API does not answer.</exception>
    public static async Task<bool> DeleteAsync<T>(string name, CancellationToken ct = default)
        where T : class
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        if (await here.Client.FindBlockDocumentAsync(BlockKind.Of(typeof(T)).Slug, name, includeSecrets: false, either.Token) is not { } document)
            return false;
        await here.Client.DeleteBlockDocumentAsync(document.Id, either.Token);
        return true;
    }

    private static async Task<BlockDocument> FindAsync(string slug, string name, CancellationToken ct)
    {
        var here = Surroundings.Current;
        using var either = here.Linked(ct);
        return await here.Client.FindBlockDocumentAsync(slug, name, includeSecrets: true, either.Token)
            ?? throw new InvalidOperationException($"There is no block '{slug}/{name}' at {here.Client.Connection.ApiUrl}. Save one of that name first.");
    }

    private static async Task<Guid?> CreateAsync(OrchestrationClient client, RegisteredBlock known, string name, JsonElement data, CancellationToken ct)
    {
        try
        {
            return (await client.CreateBlockDocumentAsync(
                new BlockDocumentCreate { Name = name, Data = data, BlockSchemaId = known.SchemaId, BlockTypeId = known.TypeId }, ct)).Id;
        }
        catch (ApiException e) when (e.Status == HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    private static async Task<Guid> OverwriteAsync(
        OrchestrationClient client, BlockKind kind, RegisteredBlock known, string name, JsonElement data, bool overwrite, CancellationToken ct)
    {
        if (await client.FindBlockDocumentAsync(kind.Slug, name, includeSecrets: false, ct) is not { } document)
            throw new InvalidOperationException($"The block '{kind.Slug}/{name}' refers to a block that is no longer there.");
        if (!overwrite)
            throw new InvalidOperationException($"There is a block '{kind.Slug}/{name}' already. Pass overwrite: true to change it.");
        await client.UpdateBlockDocumentAsync(document.Id, new BlockDocumentUpdate { BlockSchemaId = known.SchemaId, Data = data, MergeExistingData = false }, ct);
        return document.Id;
    }
}
