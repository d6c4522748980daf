using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Reeve.Deployments.Storage.AzureBlob;

/// <summary>A container of Azure Blob Storage, by its REST interface.</summary>
internal sealed class AzureBlobStore(AzureBlobAccount account, string container, int parallel, TimeProvider time) : IObjectStore
{
    private const int MostBlocks = 40_000;
    private const long SmallestBlock = 16 * 1024 * 1024;
    private const string ModeHeader = "x-ms-meta-mode";

    private readonly StoreHttp _http = new(parallel);
    private readonly AzureBlobSigner _signer = new(account, time);

    public string Description => $"the container '{container}' of {account.Endpoint.AbsoluteUri.TrimEnd('/')}";

    public async Task<ObjectPage> ListAsync(string prefix, string? continuation, RequestAttempt attempt)
    {
        List<(string, string)> query = [("comp", "list"), ("maxresults", "5000"), ("restype", "container")];
        if (prefix.Length > 0)
            query.Add(("prefix", prefix));
        if (continuation is not null)
            query.Add(("marker", continuation));
        using var answer = await SendAsync(HttpMethod.Get, Uri.EscapeDataString(container), query, null, _ => { }, attempt);
        XElement page;
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(attempt.Token);
            page = await XElement.LoadAsync(stream, LoadOptions.PreserveWhitespace, attempt.Token);
        }
        catch (XmlException exception)
        {
            throw new StoreException($"{Description} answers, but not as Azure Blob Storage does; is its address right?", StoreFault.Other, exception);
        }
        List<StoredObject> objects = [.. page.Descendants("Blob").Select(Read)];
        return new ObjectPage(objects, page.Element("NextMarker")?.Value is { Length: > 0 } next ? next : null);
    }

    public async Task PutAsync(string key, FileSlice content, bool isExecutable, RequestAttempt attempt)
    {
        using var _ = await SendAsync(HttpMethod.Put, Path(key), [], StoreHttp.Content(content), request =>
        {
            request.Content!.Headers.ContentMD5 = content.Md5; // checked on arrival and kept as the blob's own
            request.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
            if (isExecutable)
                request.Headers.TryAddWithoutValidation(ModeHeader, "100755");
        }, attempt);
    }

    public async Task PutInPartsAsync(string key, LocalFile file, RequestGate gate, CancellationToken ct)
    {
        var what = $"upload of '{file.Name}'";
        using var handle = FileSlice.Open(file);
        var length = Math.Max(SmallestBlock, (file.Size + MostBlocks - 1) / MostBlocks);
        var count = (int)((file.Size + length - 1) / length);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = gate.Parallel, CancellationToken = ct }, async (part, token) =>
            await gate.RunAsync($"{what}, part {part + 1} of {count}", async attempt =>
            {
                await using var content = FileSlice.Of(handle, file.Name, part * length, Math.Min(length, file.Size - part * length), attempt);
                using var _ = await SendAsync(HttpMethod.Put, Path(key), [("blockid", BlockId(part)), ("comp", "block")], StoreHttp.Content(content),
                    request => request.Content!.Headers.ContentMD5 = content.Md5, attempt);
            }, token));

        // Blocks that are not committed go away by themselves after a week; nothing is seen of them.
        var list = new XElement("BlockList", Enumerable.Range(0, count).Select(part => new XElement("Latest", BlockId(part)))).ToString(SaveOptions.DisableFormatting);
        var md5 = await gate.RunAsync(what, attempt => Task.Run(() =>
        {
            using var whole = FileSlice.Of(handle, file.Name, 0, file.Size, attempt);
            return whole.Md5;
        }, attempt.Token), ct);
        await gate.RunAsync(what, async attempt =>
        {
            using var _ = await SendAsync(HttpMethod.Put, Path(key), [("comp", "blocklist")], new StringContent(list, Encoding.UTF8, "application/xml"), request =>
            {
                request.Headers.TryAddWithoutValidation("x-ms-blob-content-md5", Convert.ToBase64String(md5));
                if (file.IsExecutable)
                    request.Headers.TryAddWithoutValidation(ModeHeader, "100755");
            }, attempt);
        }, ct);
    }

    public async Task<ObjectHeaders> ReadAsync(StoredObject stored, long offset, long length, Stream destination, RequestAttempt attempt)
    {
        using var answer = await SendAsync(HttpMethod.Get, Path(stored.Key), [], null, request =>
        {
            if (length < stored.Size)
                request.Headers.TryAddWithoutValidation("x-ms-range", string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-{offset + length - 1}"));
            if (stored.Version is not null)
                request.Headers.TryAddWithoutValidation("If-Match", stored.Version);
        }, attempt);
        await answer.Content.CopyToAsync(destination, attempt.Token);
        var isExecutable = answer.Headers.TryGetValues(ModeHeader, out var mode) && mode.Any(value => value.EndsWith("755", StringComparison.Ordinal));
        return new ObjectHeaders(isExecutable, null);
    }

    public async Task DeleteAsync(string key, RequestAttempt attempt)
    {
        using var _ = await SendAsync(HttpMethod.Delete, Path(key), [], null, _ => { }, attempt);
    }

    public void Dispose() => _http.Dispose();

    private static StoredObject Read(XElement blob)
    {
        var properties = blob.Element("Properties");
        var name = blob.Element("Name")!;
        // A name that XML cannot carry comes percent-encoded, and says so.
        var key = name.Attribute("Encoded")?.Value == "true" ? Uri.UnescapeDataString(name.Value) : name.Value;
        var size = long.Parse(properties?.Element("Content-Length")?.Value ?? "0", CultureInfo.InvariantCulture);
        var tag = properties?.Element("Etag")?.Value;
        var quoted = tag is null ? null : tag.StartsWith('"') ? tag : $"\"{tag}\"";
        return new StoredObject(key, size, quoted, Checksum.FromBase64(properties?.Element("Content-MD5")?.Value));
    }

    private static string BlockId(int part) => Convert.ToBase64String(Encoding.ASCII.GetBytes(part.ToString("D6", CultureInfo.InvariantCulture)));

    private string Path(string key) => $"{Uri.EscapeDataString(container)}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, IReadOnlyList<(string, string)> query, HttpContent? content, Action<HttpRequestMessage> prepare, RequestAttempt attempt)
    {
        using var request = new HttpRequestMessage(method, _signer.Address(path, query)) { Content = content };
        prepare(request);
        await _signer.SignAsync(request, query, attempt.Token);
        var answer = await _http.SendAsync(request, attempt.Token);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw Told(answer, await answer.Content.ReadAsStringAsync(attempt.Token));
    }

    private StoreException Told(HttpResponseMessage answer, string body)
    {
        var code = answer.Headers.TryGetValues("x-ms-error-code", out var codes) ? codes.First() : Code(body);
        var said = StoreHttp.Status(answer, code);
        return (code, answer.StatusCode) switch
        {
            ("ContainerNotFound", _) => new($"there is no container '{container}' at {account.Endpoint.AbsoluteUri.TrimEnd('/')}; make it first, or correct the name", StoreFault.Missing),
            ("ContainerBeingDeleted", _) => new(said, StoreFault.Transient),
            ("ConditionNotMet", _) or (_, HttpStatusCode.PreconditionFailed) => new($"an object of {Description} was replaced while it was read; is a push going on?", StoreFault.Other),
            ("Md5Mismatch", _) => new(said, StoreFault.Transient),
            ("AuthenticationFailed" or "InvalidAuthenticationInfo" or "NoAuthenticationInformation", _) => new($"{Description} does not accept {account.Who} ({said})", StoreFault.Denied),
            (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) => new($"{account.Who} may not do this with {Description} ({said})", StoreFault.Denied),
            (_, HttpStatusCode.NotFound) => new($"{Description} was not found ({said})", StoreFault.Missing),
            _ when StoreHttp.IsTransient(answer.StatusCode) => new(said, StoreFault.Transient) { RetryAfter = StoreHttp.RetryAfter(answer) },
            _ => new($"{Description}: {said}", StoreFault.Other),
        };
    }

    private static string? Code(string body)
    {
        try
        {
            return body.Length == 0 ? null : XElement.Parse(body).Element("Code")?.Value;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
