using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds.Google;

namespace Reeve.Deployments.Storage.Gcs;

/// <summary>A bucket of Google Cloud Storage, by its JSON interface.</summary>
/// <param name="identity">Null: requests go out without a token, as emulators and public buckets take them.</param>
/// <param name="endpoint">Without a slash at its end.</param>
internal sealed class GcsStore(GoogleIdentity? identity, string bucket, string endpoint, int parallel) : IObjectStore
{
    public const string GoogleEndpoint = "https://storage.googleapis.com";

    private const int ResumeIncomplete = 308;
    private const long ChunkLength = 16 * 1024 * 1024; // a multiple of 256 KiB, as it has to be

    private readonly StoreHttp _http = new(parallel);

    public string Description => $"the bucket '{bucket}'{(endpoint == GoogleEndpoint ? " of Google Cloud Storage" : $" at {endpoint}")}";

    private string Who => identity?.Description ?? "somebody without credentials";

    private string Bucket => Uri.EscapeDataString(bucket);

    public async Task<ObjectPage> ListAsync(string prefix, string? continuation, RequestAttempt attempt)
    {
        var address = $"{endpoint}/storage/v1/b/{Bucket}/o?maxResults=1000&fields={Uri.EscapeDataString("nextPageToken,items(name,size,generation,md5Hash,crc32c)")}&prefix={Uri.EscapeDataString(prefix)}"
            + (continuation is null ? "" : $"&pageToken={Uri.EscapeDataString(continuation)}");
        using var answer = await SendAsync(HttpMethod.Get, address, null, attempt);
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(attempt.Token);
            var page = await JsonNode.ParseAsync(stream, cancellationToken: attempt.Token);
            List<StoredObject> objects = [.. (page?["items"]?.AsArray() ?? []).Select(item => new StoredObject(item!["name"]!.ToString(),
                long.Parse(item["size"]?.ToString() ?? "0", CultureInfo.InvariantCulture), item["generation"]?.ToString(),
                Checksum.FromBase64(item["md5Hash"]?.ToString() ?? item["crc32c"]?.ToString())))];
            return new ObjectPage(objects, page?["nextPageToken"]?.ToString());
        }
        catch (JsonException exception)
        {
            throw new StoreException($"{Description} answers, but not as Google Cloud Storage does; is its address right?", StoreFault.Other, exception);
        }
    }

    public async Task PutAsync(string key, FileSlice content, bool isExecutable, RequestAttempt attempt)
    {
        // The object's description and its content in one request; Google compares the MD5 in the one with the other.
        using var parts = new MultipartContent("related");
        parts.Add(new StringContent(Resource(key, content.Md5, isExecutable).ToJsonString(), Encoding.UTF8, "application/json"));
        parts.Add(StoreHttp.Content(content));
        using var _ = await SendAsync(HttpMethod.Post, $"{endpoint}/upload/storage/v1/b/{Bucket}/o?uploadType=multipart", parts, attempt);
    }

    public async Task PutInPartsAsync(string key, LocalFile file, RequestGate gate, CancellationToken ct)
    {
        var what = $"upload of '{file.Name}'";
        using var handle = FileSlice.Open(file);
        var md5 = await gate.RunAsync(what, attempt => Task.Run(() =>
        {
            using var whole = FileSlice.Of(handle, file.Name, 0, file.Size, attempt);
            return whole.Md5;
        }, attempt.Token), ct);
        var session = await gate.RunAsync(what, async attempt =>
        {
            using var answer = await SendAsync(HttpMethod.Post, $"{endpoint}/upload/storage/v1/b/{Bucket}/o?uploadType=resumable",
                new StringContent(Resource(key, md5, file.IsExecutable).ToJsonString(), Encoding.UTF8, "application/json"), attempt);
            return answer.Headers.Location ?? throw new StoreException($"{Description} began an upload without saying where it goes on", StoreFault.Other);
        }, ct);

        // What the store has of it is asked for after a failure only: it may hold more or less than was sent.
        long? stored = 0;
        while (stored is { } at)
        {
            var isKnown = true;
            stored = await gate.RunAsync(what, async attempt =>
            {
                if (!isKnown)
                    at = await StoredAsync(session, file.Size, attempt) ?? file.Size;
                isKnown = false;
                return at == file.Size ? null : await SendChunkAsync(session, handle, file, at, attempt);
            }, ct);
        }
    }

    public async Task<ObjectHeaders> ReadAsync(StoredObject stored, long offset, long length, Stream destination, RequestAttempt attempt)
    {
        var address = $"{endpoint}/storage/v1/b/{Bucket}/o/{Uri.EscapeDataString(stored.Key)}?alt=media" + (stored.Version is null ? "" : $"&generation={stored.Version}");
        using var answer = await SendAsync(HttpMethod.Get, address, null, attempt, request =>
        {
            if (length < stored.Size)
                request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        });
        await answer.Content.CopyToAsync(destination, attempt.Token);
        var isExecutable = answer.Headers.TryGetValues("x-goog-meta-mode", out var mode) && mode.Any(value => value.EndsWith("755", StringComparison.Ordinal));
        return new ObjectHeaders(isExecutable, null);
    }

    public async Task DeleteAsync(string key, RequestAttempt attempt)
    {
        using var _ = await SendAsync(HttpMethod.Delete, $"{endpoint}/storage/v1/b/{Bucket}/o/{Uri.EscapeDataString(key)}", null, attempt);
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Resource(string key, byte[] md5, bool isExecutable)
    {
        var resource = new JsonObject { ["name"] = key, ["md5Hash"] = Convert.ToBase64String(md5) };
        if (isExecutable)
            resource["metadata"] = new JsonObject { ["mode"] = "100755" };
        return resource;
    }

    /// <summary>Sends the chunk that begins there; how much is stored after it, null when that is all.</summary>
    private async Task<long?> SendChunkAsync(Uri session, Microsoft.Win32.SafeHandles.SafeFileHandle handle, LocalFile file, long at, RequestAttempt attempt)
    {
        await using var chunk = FileSlice.Of(handle, file.Name, at, Math.Min(ChunkLength, file.Size - at), attempt);
        var content = StoreHttp.Content(chunk);
        content.Headers.ContentRange = new ContentRangeHeaderValue(at, at + chunk.Length - 1, file.Size);
        using var answer = await SendAsync(HttpMethod.Put, session.AbsoluteUri, content, attempt);
        return Stored(answer);
    }

    private async Task<long?> StoredAsync(Uri session, long size, RequestAttempt attempt)
    {
        var content = new ByteArrayContent([]);
        content.Headers.ContentRange = new ContentRangeHeaderValue(size);
        using var answer = await SendAsync(HttpMethod.Put, session.AbsoluteUri, content, attempt);
        return Stored(answer);
    }

    private static long? Stored(HttpResponseMessage answer)
    {
        if ((int)answer.StatusCode != ResumeIncomplete)
            return null;
        var range = answer.Headers.TryGetValues("Range", out var values) ? values.First() : null; // "bytes=0-16777215"
        return range is null ? 0 : long.Parse(range[(range.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture) + 1;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? content, RequestAttempt attempt, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        prepare?.Invoke(request);
        if (identity is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await identity.GetTokenAsync(attempt.Token));
        var answer = await _http.SendAsync(request, attempt.Token);
        if (answer.IsSuccessStatusCode || (int)answer.StatusCode == ResumeIncomplete)
            return answer;
        using (answer)
            throw Told(answer, await answer.Content.ReadAsStringAsync(attempt.Token));
    }

    private StoreException Told(HttpResponseMessage answer, string body)
    {
        var message = Message(body);
        var said = StoreHttp.Status(answer, message);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new($"{Description} does not accept {Who} ({said})", StoreFault.Denied),
            HttpStatusCode.Forbidden => new($"{Who} may not do this with {Description} ({said})", StoreFault.Denied),
            HttpStatusCode.NotFound when message?.Contains("bucket", StringComparison.OrdinalIgnoreCase) == true =>
                new($"there is no bucket '{bucket}'{(endpoint == GoogleEndpoint ? "" : $" at {endpoint}")}; make it first, or correct the name", StoreFault.Missing),
            HttpStatusCode.NotFound => new($"an object of {Description} is not there any more ({said})", StoreFault.Missing),
            HttpStatusCode.BadRequest when message?.Contains("md5", StringComparison.OrdinalIgnoreCase) == true => new(said, StoreFault.Transient),
            _ when StoreHttp.IsTransient(answer.StatusCode) => new(said, StoreFault.Transient) { RetryAfter = StoreHttp.RetryAfter(answer) },
            _ => new($"{Description}: {said}", StoreFault.Other),
        };
    }

    private static string? Message(string body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body)?["error"] is JsonObject error ? error["message"]?.ToString() : null;
        }
        catch (JsonException)
        {
            return body.Length < 200 ? body.Trim() : null; // uploads are answered in plain text
        }
    }
}
