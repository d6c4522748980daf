using Microsoft.Win32.SafeHandles;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Storage;

/// <summary>
/// Brings the objects under a prefix into a folder. Everything is fetched and checked beside its place first and moved there at the end, so a
/// pull that fails leaves the folder as it was. A name that would leave the folder ends the pull before anything is fetched.
/// </summary>
internal sealed class FolderPull(IObjectStore store, string prefix, TransferOptions options)
{
    private const int MostFaultsShown = 5;

    /// <summary>Pulls and gives the number of files.</summary>
    /// <exception cref="StoreException">The store refused, was not there for too long, or holds names that are not to be written.</exception>
    /// <exception cref="LocalFileException">A file cannot be written: no space, no right.</exception>
    public async Task<int> RunAsync(string folder, CancellationToken ct)
    {
        using var gate = options.Gate();
        var files = Plan(await ListAsync(gate, ct), folder);
        var name = Path.Combine(Path.GetFullPath(folder), "reeve-pull");
        var staging = Guarded("the folder", () =>
        {
            PartialFolder.RemoveAbandoned(name);
            return Directory.CreateDirectory(PartialFolder.PartialOf(name)).FullName;
        });
        try
        {
            await FetchAsync(files, staging, gate, ct);
            foreach (var file in files)
                Guarded($"'{file.Path}'", () => Move(Path.Combine(staging, file.Path), Path.Combine(folder, file.Path)));
        }
        finally
        {
            Directory.Delete(staging, recursive: true);
        }
        options.Say($"Pulled {TransferProgress.Count(files.Count)} ({TransferProgress.Size(files.Sum(file => file.Stored.Size))}) from {store.Description}{(prefix.Length == 0 ? "" : $", folder '{prefix.TrimEnd('/')}'")}");
        return files.Count;
    }

    private async Task<List<StoredObject>> ListAsync(RequestGate gate, CancellationToken ct)
    {
        List<StoredObject> objects = [];
        string? continuation = null;
        do
        {
            var page = await gate.RunAsync($"listing {store.Description}", attempt => store.ListAsync(prefix, continuation, attempt), ct);
            objects.AddRange(page.Objects);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return objects;
    }

    private List<PlannedFile> Plan(List<StoredObject> objects, string folder)
    {
        List<PlannedFile> files = [];
        List<string> faults = [];
        HashSet<string> paths = [];
        HashSet<string> folders = [];
        foreach (var stored in objects)
        {
            var name = stored.Key[prefix.Length..];
            if (name.EndsWith('/') || name.Length == 0)
                continue; // how consoles and mounts mark an empty folder
            var (path, fault) = ObjectNames.Place(name);
            if (fault is null && !paths.Add(path!))
                fault = "stands for the same file as another";
            if (fault is not null)
            {
                faults.Add($"'{name.Replace("\0", "\\0", StringComparison.Ordinal)}' {fault}");
                continue;
            }
            for (var parent = Path.GetDirectoryName(path); !string.IsNullOrEmpty(parent) && folders.Add(parent); parent = Path.GetDirectoryName(parent))
                if (Directory.Exists(Path.Combine(folder, parent)) && new DirectoryInfo(Path.Combine(folder, parent)).LinkTarget is { } target)
                    faults.Add($"'{parent}' is a link here, to '{target}': nothing is written through it");
            files.Add(new PlannedFile(stored, path!));
        }
        // Found out now: in the middle of the moves at the end it would leave half of them done.
        foreach (var parent in folders.Where(parent => File.Exists(Path.Combine(folder, parent))))
            faults.Add($"'{parent}' is a folder there and a file here");
        foreach (var file in files)
            if (folders.Contains(file.Path))
                faults.Add($"'{file.Path}' is a file and a folder at once");
            else if (new DirectoryInfo(Path.Combine(folder, file.Path)) is { Exists: true, LinkTarget: null })
                faults.Add($"'{file.Path}' is a file there and a folder here");
        if (faults.Count > 0)
            throw new StoreException($"{store.Description} holds names that cannot be written to a folder, and nothing was pulled: {string.Join("; ", faults.Take(MostFaultsShown))}"
                + (faults.Count > MostFaultsShown ? $"; and {faults.Count - MostFaultsShown} more" : ""), StoreFault.Other);
        if (files.Count == 0)
            throw new StoreException($"{store.Description} has no object below '{prefix}'; was the code pushed there?", StoreFault.Missing);
        return files;
    }

    private async Task FetchAsync(List<PlannedFile> files, string staging, RequestGate gate, CancellationToken ct)
    {
        using var progress = new TransferProgress("pulled", files.Count, files.Sum(file => file.Stored.Size), options.Say, options.Time);
        foreach (var parent in files.Select(file => Path.GetDirectoryName(file.Path)!).Distinct())
            Guarded($"'{parent}'", () => Directory.CreateDirectory(Path.Combine(staging, parent)).FullName);
        await Parallel.ForEachAsync(files.OrderByDescending(file => file.Stored.Size), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = ct }, async (file, token) =>
        {
            var destination = Path.Combine(staging, file.Path);
            var isExecutable = await FetchAsync(file, destination, gate, token);
            if (isExecutable && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(destination, File.GetUnixFileMode(destination) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            progress.Bytes(file.Stored.Size);
            progress.File();
        });
    }

    private async Task<bool> FetchAsync(PlannedFile file, string destination, RequestGate gate, CancellationToken ct)
    {
        var what = $"download of '{file.Path}'";
        using var handle = Guarded($"'{file.Path}'", () => File.OpenHandle(destination, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None));
        if (file.Stored.Size > options.PartLength)
            return await FetchInPartsAsync(file, handle, gate, ct);
        return await gate.RunAsync(what, async attempt =>
        {
            // The checksum that counts comes with the content; in the listing there is one as a rule, and then it is computed on the way.
            using var hash = (file.Stored.Checksum ?? new Checksum([])).Begin();
            await using var sink = new FileSink(handle, file.Path, 0, file.Stored.Size, hash, attempt.Moved);
            var headers = await store.ReadAsync(file.Stored, 0, file.Stored.Size, sink, attempt);
            if (!sink.IsComplete)
                throw new StoreException("the content ended early", StoreFault.Transient);
            if (file.Stored.Checksum is { } listed ? !listed.Matches(hash.Finish()) : headers.Checksum is { } told && !await FileContent.MatchesAsync(handle, file.Path, file.Stored.Size, told, attempt.Token))
                throw new StoreException("the content does not match its checksum", StoreFault.Damaged);
            return headers.IsExecutable;
        }, ct);
    }

    private async Task<bool> FetchInPartsAsync(PlannedFile file, SafeFileHandle handle, RequestGate gate, CancellationToken ct)
    {
        var isExecutable = false;
        Checksum? checksum = null;
        var count = (int)((file.Stored.Size + options.PartLength - 1) / options.PartLength);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = gate.Parallel, CancellationToken = ct }, async (part, token) =>
        {
            var offset = part * options.PartLength;
            var length = Math.Min(options.PartLength, file.Stored.Size - offset);
            await gate.RunAsync($"download of '{file.Path}'", async attempt =>
            {
                await using var sink = new FileSink(handle, file.Path, offset, length, null, attempt.Moved);
                var headers = await store.ReadAsync(file.Stored, offset, length, sink, attempt);
                if (!sink.IsComplete)
                    throw new StoreException("the content ended early", StoreFault.Transient);
                (isExecutable, checksum) = (headers.IsExecutable, headers.Checksum);
            }, token);
        });
        if ((file.Stored.Checksum ?? checksum) is { } expected && !await FileContent.MatchesAsync(handle, file.Path, file.Stored.Size, expected, ct))
            throw new StoreException($"download of '{file.Path}': the content does not match its checksum", StoreFault.Other);
        return isExecutable;
    }

    private static string Move(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to, overwrite: true);
        return to;
    }

    private static T Guarded<T>(string what, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"{what} cannot be written: {exception.Message}", exception);
        }
    }

    private sealed record PlannedFile(StoredObject Stored, string Path);
}
