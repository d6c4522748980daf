namespace Reeve.Deployments.Storage.Folders;

/// <summary>A folder of this machine, or one that is mounted, as a store: its keys are paths.</summary>
internal sealed class LocalFolderStore(string root) : IObjectStore
{
    public string Description => $"the folder '{root}'";

    public Task<ObjectPage> ListAsync(string prefix, string? continuation, RequestAttempt attempt)
    {
        var folder = Path.Combine(root, prefix);
        List<StoredObject> objects = [];
        if (Directory.Exists(folder))
            foreach (var file in FolderListing.ReadAll(folder).Files)
                objects.Add(new StoredObject(prefix + file.Name, file.Size, null, null));
        return Task.FromResult(new ObjectPage(objects, null));
    }

    public async Task PutAsync(string key, FileSlice content, bool isExecutable, RequestAttempt attempt)
    {
        var path = Place(key);
        var partial = $"{path}.{Path.GetRandomFileName()}.partial";
        try
        {
            await using (var file = File.Create(partial))
                await content.CopyToAsync(file, attempt.Token);
            MarkExecutable(partial, isExecutable);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException and not LocalFileException or UnauthorizedAccessException)
        {
            File.Delete(partial);
            throw new LocalFileException($"'{path}' cannot be written: {exception.Message}", exception);
        }
    }

    public Task PutInPartsAsync(string key, LocalFile file, RequestGate gate, CancellationToken ct) => gate.RunAsync($"copy of '{file.Name}'", async attempt =>
    {
        using var handle = FileSlice.Open(file);
        await using var content = FileSlice.Of(handle, file.Name, 0, RandomAccess.GetLength(handle), attempt);
        await PutAsync(key, content, file.IsExecutable, attempt);
    }, ct);

    public async Task<ObjectHeaders> ReadAsync(StoredObject stored, long offset, long length, Stream destination, RequestAttempt attempt)
    {
        var path = Path.Combine(root, stored.Key);
        var mode = OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
        var file = new LocalFile(path, stored.Key, stored.Size, mode.HasFlag(UnixFileMode.UserExecute));
        using var handle = FileSlice.Open(file);
        await using var slice = FileSlice.Of(handle, stored.Key, offset, length, attempt);
        await slice.CopyToAsync(destination, attempt.Token);
        return new ObjectHeaders(file.IsExecutable, null);
    }

    public Task DeleteAsync(string key, RequestAttempt attempt)
    {
        File.Delete(Path.Combine(root, key));
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }

    private string Place(string key)
    {
        var path = Path.Combine(root, key);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"'{Path.GetDirectoryName(path)}' cannot be made: {exception.Message}", exception);
        }
        return path;
    }

    private static void MarkExecutable(string path, bool isExecutable)
    {
        if (isExecutable && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
