using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Reeve.Tests.Api;

namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// Google Cloud Storage's JSON interface, as far as its public reference describes listing, uploads (multipart and resumable), reading and
/// deleting, with the token endpoint of a service account beside it.
/// </summary>
public sealed class GcsFake : IAsyncDisposable
{
    private const int ChunkUnit = 256 * 1024;

    private readonly LoopbackServer _server;
    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, Upload> _uploads = [];
    private long _generation = 1000;

    public GcsFake() => _server = LoopbackServer.Start(AnswerAsync);

    public string Url => _server.Url;

    public string Bucket => "my-bucket";

    public ConcurrentDictionary<string, Stored> Objects { get; } = [];

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Says what to answer instead of serving the request; null: serve it.</summary>
    public Func<string, int?> Fault { get; set; } = _ => null;

    /// <summary>How much of the next chunk of a resumable upload is kept before the connection is cut.</summary>
    public int? CutsChunkAfter { get; set; }

    public string Token => "ya29.the-token-of-the-fake";

    public JsonObject ServiceAccount => new()
    {
        ["type"] = "service_account",
        ["project_id"] = "my-project",
        ["private_key_id"] = "1",
        ["private_key"] = _key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = "flows@my-project.iam.gserviceaccount.com",
        ["token_uri"] = $"{Url}/token",
    };

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (method, path) = (context.Request.Method, target.Split('?')[0]);
        Requests.Enqueue($"{method} {target}");
        if (Fault(Uri.UnescapeDataString($"{method} {target}")) is { } status)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.Headers.RetryAfter = "0";
            await SayAsync(context, status, "injected");
        }
        else if (path == "/token")
            await GrantAsync(context);
        else if (context.Request.Headers.Authorization != $"Bearer {Token}" && !path.StartsWith("/session/", StringComparison.Ordinal))
            await SayAsync(context, 401, "Invalid Credentials");
        else if (path.StartsWith("/session/", StringComparison.Ordinal))
            await ResumeAsync(context, path["/session/".Length..]);
        else if (path.Split('/') is not [_, .., "b", var bucket, "o"] && path.Split('/') is not [_, .., "b", _, "o", _] || !path.Contains($"/b/{Bucket}/", StringComparison.Ordinal))
            await SayAsync(context, 404, "The specified bucket does not exist.");
        else
            await ServeAsync(context, method, path);
    }

    private Task ServeAsync(HttpContext context, string method, string path) => (method, path.Split('/')) switch
    {
        ("GET", ["", "storage", "v1", "b", _, "o"]) => ListAsync(context),
        ("GET", ["", "storage", "v1", "b", _, "o", var name]) => ReadAsync(context, Uri.UnescapeDataString(name)),
        ("DELETE", ["", "storage", "v1", "b", _, "o", var name]) => SayAsync(context, Objects.TryRemove(Uri.UnescapeDataString(name), out var _) ? 204 : 404, "No such object"),
        ("POST", ["", "upload", "storage", "v1", "b", _, "o"]) when context.Request.Query["uploadType"] == "multipart" => StoreAsync(context),
        ("POST", ["", "upload", "storage", "v1", "b", _, "o"]) when context.Request.Query["uploadType"] == "resumable" => BeginAsync(context),
        _ => SayAsync(context, 400, "the fake does not know this request"),
    };

    private async Task GrantAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var parts = form["assertion"].ToString().Split('.');
        var isOurs = parts.Length == 3 && _key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (!isOurs)
            await WriteAsync(context, 400, new JsonObject { ["error"] = "invalid_grant", ["error_description"] = "Invalid JWT Signature." });
        else
            await WriteAsync(context, 200, new JsonObject { ["access_token"] = Token, ["expires_in"] = 3599, ["token_type"] = "Bearer" });
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var most = int.Parse(query["maxResults"].ToString(), CultureInfo.InvariantCulture);
        var after = query["pageToken"].ToString();
        var matching = Objects.Where(item => item.Key.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal) && string.CompareOrdinal(item.Key, after) > 0)
            .OrderBy(item => item.Key, StringComparer.Ordinal).Take(most + 1).ToList();
        var answer = new JsonObject();
        if (matching.Count > 0)
            answer["items"] = new JsonArray([.. matching.Take(most).Select(item => item.Value.Describe(item.Key))]);
        if (matching.Count > most)
            answer["nextPageToken"] = matching[most - 1].Key;
        return WriteAsync(context, 200, answer);
    }

    private async Task ReadAsync(HttpContext context, string name)
    {
        if (!Objects.TryGetValue(name, out var stored) || context.Request.Query["generation"] is [var generation, ..] && generation != stored.Generation.ToString(CultureInfo.InvariantCulture))
        {
            await SayAsync(context, 404, $"No such object: {Bucket}/{name}");
            return;
        }
        var (from, to) = (0, stored.Content.Length - 1);
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            var bounds = range["bytes=".Length..].Split('-');
            (from, to) = (int.Parse(bounds[0], CultureInfo.InvariantCulture), int.Parse(bounds[1], CultureInfo.InvariantCulture));
            context.Response.StatusCode = 206;
        }
        if (stored.Mode is not null)
            context.Response.Headers["x-goog-meta-mode"] = stored.Mode;
        context.Response.ContentLength = to - from + 1;
        await context.Response.Body.WriteAsync(stored.Content.AsMemory(from, to - from + 1));
    }

    private async Task StoreAsync(HttpContext context)
    {
        var boundary = context.Request.ContentType!.Split("boundary=")[1].Trim('"');
        var reader = new Microsoft.AspNetCore.WebUtilities.MultipartReader(boundary, context.Request.Body);
        var resource = JsonNode.Parse(await new StreamReader((await reader.ReadNextSectionAsync())!.Body).ReadToEndAsync())!.AsObject();
        using var content = new MemoryStream();
        await (await reader.ReadNextSectionAsync())!.Body.CopyToAsync(content);
        await KeepAsync(context, resource, content.ToArray());
    }

    private async Task BeginAsync(HttpContext context)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = new Upload((await JsonNode.ParseAsync(context.Request.Body))!.AsObject());
        context.Response.Headers.Location = $"{Url}/session/{id}";
        await WriteAsync(context, 200, []);
    }

    private async Task ResumeAsync(HttpContext context, string id)
    {
        var upload = _uploads[id];
        var range = context.Request.Headers.ContentRange.ToString()["bytes ".Length..].Split('/');
        var total = long.Parse(range[1], CultureInfo.InvariantCulture);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (range[0] != "*")
        {
            var from = long.Parse(range[0].Split('-')[0], CultureInfo.InvariantCulture);
            if (from != upload.Content.Length || from + body.Length < total && body.Length % ChunkUnit != 0)
            {
                await SayAsync(context, 400, $"a chunk at {from} of {body.Length} bytes, and {upload.Content.Length} are stored");
                return;
            }
            var kept = CutsChunkAfter ?? (int)body.Length;
            upload.Content.Write(body.GetBuffer(), 0, kept);
            if (CutsChunkAfter is not null)
            {
                CutsChunkAfter = null;
                context.Abort();
                return;
            }
        }
        if (upload.Content.Length == total)
        {
            await KeepAsync(context, upload.Resource, upload.Content.ToArray());
            return;
        }
        context.Response.StatusCode = 308;
        if (upload.Content.Length > 0)
            context.Response.Headers.Range = $"bytes=0-{upload.Content.Length - 1}";
    }

    private Task KeepAsync(HttpContext context, JsonObject resource, byte[] content)
    {
        var stored = new Stored(content, resource["metadata"]?["mode"]?.ToString(), Interlocked.Increment(ref _generation));
        if (resource["md5Hash"] is { } md5 && md5.ToString() != stored.Md5)
            return SayAsync(context, 400, $"Provided MD5 hash \"{md5}\" doesn't match calculated MD5 hash \"{stored.Md5}\".");
        Objects[resource["name"]!.ToString()] = stored;
        return WriteAsync(context, 200, stored.Describe(resource["name"]!.ToString()));
    }

    private static Task SayAsync(HttpContext context, int status, string message) => status == 204 ? Task.FromResult(context.Response.StatusCode = 204)
        : WriteAsync(context, status, new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = message } });

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    public sealed record Stored(byte[] Content, string? Mode, long Generation)
    {
        [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "Google's checksum")]
        public string Md5 => Told ?? Convert.ToBase64String(MD5.HashData(Content));

        /// <summary>A checksum that is not the content's.</summary>
        public string? Told { get; init; }

        public JsonObject Describe(string name) => new()
        {
            ["name"] = name,
            ["size"] = Content.Length.ToString(CultureInfo.InvariantCulture),
            ["generation"] = Generation.ToString(CultureInfo.InvariantCulture),
            ["md5Hash"] = Md5,
        };
    }

    private sealed class Upload(JsonObject resource)
    {
        public JsonObject Resource => resource;

        public MemoryStream Content { get; } = new();
    }
}
