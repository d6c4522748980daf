namespace Reeve.Results;

/// <summary>Results as files of a folder, of this machine or mounted.</summary>
internal sealed class FolderStorage(string folder) : IResultStorage
{
    private readonly string _folder = Path.GetFullPath(folder.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), folder[2..])
        : folder);

    public string Locate(string key) => Path.Combine(_folder, key);

    public async Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        var path = Locate(key);
        var draft = $"{path}.{Path.GetRandomFileName()}"; // two runs may write one cache key at once
        try
        {
            await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(content, ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    public async Task<byte[]?> ReadAsync(string location, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllBytesAsync(location, ct);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
