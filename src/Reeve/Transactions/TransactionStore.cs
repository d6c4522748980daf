using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve;

/// <summary>What keyed transactions have committed, and the locks of those under way: files under <c>$REEVE_HOME/storage/transactions</c>, named by a digest of the key.</summary>
internal sealed class TransactionStore(string home, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly string _folder = Path.Combine(home, "storage", "transactions");

    /// <summary>What was committed under a key; null when nothing was. A transaction that kept no value has the value JSON null.</summary>
    public async Task<JsonElement?> FindAsync(string key, CancellationToken ct)
    {
        var path = PathOf(key, ".json");
        if (!File.Exists(path))
            return null;
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(path, ct));
        return document.RootElement.GetProperty("value").Clone();
    }

    /// <summary>Keeps a value, durably when this returns.</summary>
    public async Task KeepAsync(string key, JsonElement? value, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        var path = PathOf(key, ".json");
        var draft = $"{path}.{Guid.NewGuid():n}.new";
        await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
        {
            await using (var writer = new Utf8JsonWriter(file))
            {
                writer.WriteStartObject();
                writer.WriteString("key", key);
                writer.WriteString("committed", time.GetUtcNow());
                writer.WritePropertyName("value");
                if (value is { } json)
                    json.WriteTo(writer);
                else
                    writer.WriteNullValue();
                writer.WriteEndObject();
                await writer.FlushAsync(ct);
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Forgets what was committed under a key.</summary>
    public void Remove(string key) => File.Delete(PathOf(key, ".json"));

    /// <summary>Waits for the lock of a key.</summary>
    /// <returns>Disposed to release it.</returns>
    /// <exception cref="TimeoutException">Somebody else held it for the whole time.</exception>
    public async Task<IDisposable> LockAsync(string key, TimeSpan? timeout, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        var (start, pause) = (time.GetTimestamp(), ShortestPause);
        while (true)
        {
            try
            {
                // The file stays: another process may have opened it just before it would be deleted, and would lock what is no longer there.
                return new FileStream(PathOf(key, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (timeout - time.GetElapsedTime(start) is { Ticks: <= 0 })
                    throw new TimeoutException($"The transaction '{key}' is under way elsewhere and did not end within {timeout!.Value.TotalSeconds:0.###} second(s).", e);
            }

            await Task.Delay(pause, time, ct);
            pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2));
        }
    }

    // Keys are the author's: a path, an address, a sentence. The digest is a name for all of them.
    private string PathOf(string key, string ending) => Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..40] + ending);

    private static bool IsHeld(IOException e) => (e.HResult & 0xffff) is 11 or 35 or 32 or 33; // EAGAIN of Linux and of BSD; a sharing or lock violation of Windows
}
