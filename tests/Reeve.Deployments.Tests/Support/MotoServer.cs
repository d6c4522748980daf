using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;

namespace Reeve.Deployments.Tests.Support;

/// <summary>Another implementation of AWS's services, on a free loopback port.</summary>
public sealed class MotoServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Watchdog _watchdog;
    private readonly HttpClient _http;

    private MotoServer(string program, int port, int uncheckedRequests)
    {
        var start = new ProcessStartInfo(program, ["-H", "127.0.0.1", "-p", $"{port}"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (uncheckedRequests > 0)
            start.Environment["INITIAL_NO_AUTH_ACTION_COUNT"] = $"{uncheckedRequests}";
        _process = Process.Start(start)!;
        _watchdog = new Watchdog(_process, _folder.Path);
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    public Uri Address => _http.BaseAddress!;

    /// <param name="uncheckedRequests">How many requests are answered before signatures are checked; 0: they never are.</param>
    public static async Task<MotoServer> StartOrSkipAsync(int uncheckedRequests, CancellationToken ct)
    {
        var tool = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "moto_server")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(tool is null, "moto_server is not installed");
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        var moto = new MotoServer(tool!, port, uncheckedRequests);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (!await moto.IsUpAsync(limit.Token))
                await ticks.WaitForNextTickAsync(limit.Token);
            return moto;
        }
        catch
        {
            await moto.DisposeAsync();
            throw;
        }
    }

    /// <summary>A request of a service that nobody has signed.</summary>
    public async Task<string> SendAsync(string service, HttpMethod method, string path, HttpContent? content, CancellationToken ct, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    /// <summary>Makes a user who may do everything, in three requests: his key's id and the key.</summary>
    public async Task<(string Id, string Secret)> UserAsync(CancellationToken ct)
    {
        async Task<string> Ask(string action, params (string, string)[] fields)
        {
            using var form = new FormUrlEncodedContent([new("Action", action), new("Version", "2010-05-08"), new("UserName", "pusher"), .. fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))]);
            return await SendAsync("iam", HttpMethod.Post, "/", form, ct);
        }
        await Ask("CreateUser");
        var made = XElement.Parse(await Ask("CreateAccessKey"));
        await Ask("PutUserPolicy", ("PolicyName", "all"), ("PolicyDocument", """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"""));
        string Field(string name) => made.Descendants().First(element => element.Name.LocalName == name).Value;
        return (Field("AccessKeyId"), Field("SecretAccessKey"));
    }

    public async ValueTask DisposeAsync()
    {
        _watchdog.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> IsUpAsync(CancellationToken ct)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Address.Port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
