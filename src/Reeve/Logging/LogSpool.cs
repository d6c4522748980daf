using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Logs;
using Reeve.Spooling;

namespace Reeve.Logging;

/// <summary>
/// Log lines that an API did not take, a file for each batch under <c>$REEVE_HOME/spool</c>, until any process of that home reaches the API again. A process that ends between
/// sending a file and deleting it leaves it to be sent twice: lines are never lost for that.
/// </summary>
internal sealed class LogSpool(string home, Uri api, TimeProvider time, long limit = LogSpool.Limit)
{
    /// <summary>Bytes of all files for one API; what comes on top is refused.</summary>
    public const long Limit = 100_000_000;

    private readonly Lock _gate = new();
    private long? _size;

    /// <summary>Where the lines are: lines for one API are no other's.</summary>
    public string Folder { get; } = LeftBehind.FolderOf(home, api);

    /// <summary>True when there is something to send, as far as this process knows.</summary>
    public bool HasLines { get; private set; } = Directory.Exists(Path.Combine(home, "spool"));

    /// <summary>Stores lines durably.</summary>
    /// <returns>False when the spool is full or the disk does not take them.</returns>
    public bool TryAdd(List<LogCreate> lines)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(lines, WireJson.TypeInfo<List<LogCreate>>());
        lock (_gate)
        {
            try
            {
                Directory.CreateDirectory(Folder);
                _size ??= new DirectoryInfo(Folder).EnumerateFiles().Sum(file => file.Length);
                if (_size + bytes.Length > limit)
                    return false;
                var path = Path.Combine(Folder, Ids.New(time.GetUtcNow()).ToString()); // in the order of their names
                using (var file = new FileStream(path + ".new", FileMode.CreateNew, FileAccess.Write))
                {
                    file.Write(bytes);
                    file.Flush(flushToDisk: true);
                }

                File.Move(path + ".new", path + ".json");
                _size += bytes.Length;
                HasLines = true;
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Sends what is there, the oldest first. What another process is sending in this moment is left to it.</summary>
    /// <exception cref="ApiException">The API is away again; what was not sent stays.</exception>
    public async Task SendAsync(OrchestrationClient client, CancellationToken ct)
    {
        await SendAsync(Folder, client, ct);
        lock (_gate)
            (_size, HasLines) = (null, Directory.Exists(Folder) && Directory.EnumerateFiles(Folder, "*.json").Any());
    }

    /// <summary>As above, for a folder.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public static async Task SendAsync(string folder, OrchestrationClient client, CancellationToken ct)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
            await SendFileAsync(path, client, ct);
    }

    private static async Task SendFileAsync(string path, OrchestrationClient client, CancellationToken ct)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None); // the lock against other processes
            var lines = await JsonSerializer.DeserializeAsync(file, WireJson.TypeInfo<List<LogCreate>>(), ct);
            await client.CreateLogsAsync(lines!, ct);
            File.Delete(path);
        }
        catch (Exception e) when (e is JsonException || (e is ApiException { Status: { } status } && IsForGood(status)))
        {
            // Neither a damaged file nor one that the API will never take may keep the others from being sent.
            await Console.Error.WriteLineAsync($"The log lines in {path} cannot be stored: {e.Message}");
            File.Move(path, path + ".refused", overwrite: true);
        }
        catch (IOException)
        {
            // Another process has it, or had it.
        }
    }

    /// <summary>Whether repeating the request would change nothing.</summary>
    public static bool IsForGood(System.Net.HttpStatusCode status) =>
        (int)status is >= 400 and < 500 && !RetryPolicy.IsTransient(status) && status is not (System.Net.HttpStatusCode.Unauthorized or System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.NotFound);
}
