using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Reeve.Deployments.Tests.Support;

/// <summary>A cloud's REST API on a free loopback port, with TLS where it has to be; answers are what the test says.</summary>
public sealed class CloudFake : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CloudFake(WebApplication app, X509Certificate2? certificate) => (_app, Certificate) = (app, certificate);

    public string Url => _app.Urls.Single();

    /// <summary>What it shows who connects.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>"GET /path?query".</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>How many of the next requests are told to come later.</summary>
    public int Busy { get; set; }

    public static async Task<CloudFake> StartAsync(Func<CloudRequest, object?> answer, bool tls = false, bool clientCertificates = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = tls ? SelfSigned("127.0.0.1") : null;
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate, https =>
                {
                    https.ClientCertificateMode = clientCertificates ? ClientCertificateMode.AllowCertificate : ClientCertificateMode.NoCertificate;
                    https.AllowAnyClientCertificate();
                });
        }));
        var app = builder.Build();
        var fake = new CloudFake(app, certificate);
        app.Run(async context =>
        {
            fake.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            if (fake.Busy > 0)
            {
                fake.Busy--;
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "1";
                return;
            }
            using var reader = new StreamReader(context.Request.Body);
            var result = answer(new CloudRequest(context, await reader.ReadToEndAsync()));
            var (status, body) = result is System.Runtime.CompilerServices.ITuple told ? ((int)told[0]!, told[1]) : (result is null ? 404 : 200, result);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body is JsonNode json ? json.ToJsonString() : body as string ?? "{}");
        });
        await app.StartAsync();
        return fake;
    }

    public static X509Certificate2 SelfSigned(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A request, read.</summary>
public sealed record CloudRequest(HttpContext Context, string Body)
{
    public string Method => Context.Request.Method;

    public string Path => Context.Request.Path.Value!;

    public string? Header(string name) => Context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public string? Query(string name) => Context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public JsonNode? Json => JsonNode.Parse(Body);
}

/// <summary>A clock on which a second of waiting is a millisecond.</summary>
public sealed class QuickTime : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public void Advance(TimeSpan by) => _ahead += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
}
