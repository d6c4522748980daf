using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol.Blocks;

namespace Reeve.Results;

/// <summary>The storages that attributes and settings name: folders and blocks. Blocks are read anew after a while.</summary>
internal sealed class ResultPlaces(OrchestrationClient client, TimeProvider time)
{
    // A host runs for weeks: credentials that were changed on the server are used without a restart.
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (IResultStorage Storage, long Read)> _known = new(StringComparer.Ordinal);

    /// <summary>Finds the storage that a name stands for.</summary>
    /// <exception cref="IOException">There is no such block, or it is of a kind that holds no results.</exception>
    public async Task<IResultStorage> FindAsync(string name, CancellationToken ct)
    {
        if (_known.TryGetValue(name, out var known) && time.GetElapsedTime(known.Read) < Freshness)
            return known.Storage;
        var read = time.GetTimestamp();
        var storage = IsFolder(name) ? new FolderStorage(name) : await OfBlockAsync(name, ct);
        _known[name] = (storage, read);
        return storage;
    }

    // "kind/name" is a block, as Prefect writes it; everything that looks like a path is one.
    private static bool IsFolder(string name) =>
        Path.IsPathRooted(name) || name.StartsWith('.') || name.StartsWith('~') || name.Count(c => c == '/') != 1 || name.Contains('\\', StringComparison.Ordinal);

    private async Task<IResultStorage> OfBlockAsync(string name, CancellationToken ct)
    {
        var (kind, document) = (name[..name.IndexOf('/', StringComparison.Ordinal)], name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        var block = await client.FindBlockDocumentAsync(kind, document, includeSecrets: true, ct)
            ?? throw new IOException($"There is no block '{name}' to store results in. Make it first; a folder is written with a leading ./ or /");
        return Of(name, kind, block);
    }

    private static IResultStorage Of(string name, string kind, BlockDocument block)
    {
        var path = block.Data.TryGetProperty("basepath", out var given) ? given.GetString() : null;
        return kind switch
        {
            "local-file-system" => new FolderStorage(path ?? throw Unfit("it has no basepath")),
            "remote-file-system" when Uri.TryCreate(path, UriKind.Absolute, out var address) => address.Scheme switch
            {
                "file" => new FolderStorage(address.LocalPath),
                "http" or "https" => new HttpStorage(address, Authorization(block.Data)),
                _ => throw Unfit($"this program speaks http, https and file, not {address.Scheme}"),
            },
            "remote-file-system" => throw Unfit("its basepath is no address"),
            _ => throw Unfit("only blocks of the kinds local-file-system and remote-file-system hold results"),
        };

        IOException Unfit(string why) => new($"Results cannot be stored in the block '{name}': {why}");
    }

    private static AuthenticationHeaderValue? Authorization(JsonElement data)
    {
        if (!data.TryGetProperty("settings", out var settings) || settings.ValueKind != JsonValueKind.Object)
            return null;
        string? Text(string key) => settings.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (Text("token") is { } token)
            return new("Bearer", token);
        return Text("username") is { } user ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Text("password")}"))) : null;
    }
}
