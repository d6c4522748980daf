namespace Reeve.Deployments.Storage;

/// <summary>Puts the files of a folder under a prefix of a store. Each object is there whole or not at all; a push that is repeated goes on where it stopped.</summary>
internal sealed class FolderPush(IObjectStore store, string prefix, TransferOptions options)
{
    // Listing more than this to spare uploads costs more than it saves.
    private const int MostListed = 100_000;

    /// <summary>Pushes the folder and gives the number of its files.</summary>
    /// <exception cref="StoreException">The store refused, or was not there for too long.</exception>
    /// <exception cref="LocalFileException">A file cannot be read.</exception>
    public async Task<int> RunAsync(string folder, CancellationToken ct)
    {
        var listing = FolderListing.Read(folder, options.IgnoreFile);
        foreach (var warning in listing.Warnings)
            options.Warn(warning);
        using var gate = options.Gate();
        var there = await FindAsync(gate, ct);
        var pushed = await PushAsync(listing.Files, there ?? [], gate, ct);
        var deleted = options.Deletes ? await DeleteAsync(listing.Files, there ?? [], gate, ct) : 0;

        var total = listing.Files.Count;
        options.Say($"Pushed {TransferProgress.Count(pushed)} ({TransferProgress.Size(listing.Files.Sum(file => file.Size))} in all) to {store.Description}{(prefix.Length == 0 ? "" : $", folder '{prefix.TrimEnd('/')}'")}"
            + (pushed < total ? $"; {TransferProgress.Count(total - pushed)} were there already" : "")
            + (deleted > 0 ? $"; deleted {deleted} that are no longer here" : ""));
        return total;
    }

    /// <summary>What lies under the prefix; null when that cannot be known, and need not be.</summary>
    private async Task<Dictionary<string, StoredObject>?> FindAsync(RequestGate gate, CancellationToken ct)
    {
        if (!options.Deletes && !options.SkipsUnchanged)
            return null;
        Dictionary<string, StoredObject> found = [];
        try
        {
            string? continuation = null;
            do
            {
                var page = await gate.RunAsync($"listing {store.Description}", attempt => store.ListAsync(prefix, continuation, attempt), ct);
                foreach (var stored in page.Objects)
                    found[stored.Key] = stored;
                continuation = page.Continuation;
            }
            while (continuation is not null && (options.Deletes || found.Count < MostListed));
        }
        catch (StoreException exception) when (exception.Fault is StoreFault.Denied && !options.Deletes)
        {
            return null; // who may only write pushes everything; whether he may write, the writing will tell
        }
        return found;
    }

    private async Task<int> PushAsync(List<LocalFile> files, Dictionary<string, StoredObject> there, RequestGate gate, CancellationToken ct)
    {
        var pushed = 0;
        using var progress = new TransferProgress("pushed", files.Count, files.Sum(file => file.Size), options.Say, options.Time);
        // The big ones first, so that none is left over at the end.
        await Parallel.ForEachAsync(files.OrderByDescending(file => file.Size), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = ct }, async (file, token) =>
        {
            if (await PushAsync(file, there.GetValueOrDefault(prefix + file.Name), gate, token))
                Interlocked.Increment(ref pushed);
            progress.Bytes(file.Size);
            progress.File();
        });
        return pushed;
    }

    private async Task<bool> PushAsync(LocalFile file, StoredObject? there, RequestGate gate, CancellationToken ct)
    {
        var what = $"upload of '{file.Name}'";
        if (options.SkipsUnchanged && there is not null && there.Size == file.Size && there.Checksum is { } checksum && await MatchesAsync(file, checksum, ct))
            return false;
        if (file.Size > options.PartLength)
        {
            await store.PutInPartsAsync(prefix + file.Name, file, gate, ct);
            return true;
        }
        await gate.RunAsync(what, async attempt =>
        {
            using var handle = FileSlice.Open(file);
            await using var content = FileSlice.Of(handle, file.Name, 0, RandomAccess.GetLength(handle), attempt);
            await store.PutAsync(prefix + file.Name, content, file.IsExecutable, attempt);
        }, ct);
        return true;
    }

    private static async Task<bool> MatchesAsync(LocalFile file, Checksum checksum, CancellationToken ct)
    {
        using var handle = FileSlice.Open(file);
        return await FileContent.MatchesAsync(handle, file.Name, file.Size, checksum, ct);
    }

    private async Task<int> DeleteAsync(List<LocalFile> files, Dictionary<string, StoredObject> there, RequestGate gate, CancellationToken ct)
    {
        var kept = files.Select(file => prefix + file.Name).ToHashSet();
        string[] gone = [.. there.Keys.Where(key => !kept.Contains(key))];
        await Parallel.ForEachAsync(gone, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = ct },
            async (key, token) => await gate.RunAsync($"deletion of '{key}'", attempt => store.DeleteAsync(key, attempt), token));
        return gone.Length;
    }
}
