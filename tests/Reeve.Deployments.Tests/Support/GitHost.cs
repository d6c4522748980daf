using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// Real git over real HTTP: git's own http-backend behind basic authentication that refuses everybody but the holder of the token. While it
/// serves a request it looks at the command lines of all processes, so that a credential in one of them is seen.
/// </summary>
public sealed class GitHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpListener _listener;
    private readonly Task _serving;
    private readonly int _port;

    public GitHost()
    {
        (_listener, _port) = Listen();
        _serving = ServeAsync();
    }

    /// <summary>Who may read.</summary>
    public string Token { get; } = "tok-" + Guid.NewGuid().ToString("N");

    public string Address => $"http://127.0.0.1:{_port}/private/deployments.git";

    public string AddressOf(string name) => $"http://127.0.0.1:{_port}/private/{name}.git";

    /// <summary>The command lines of git seen while requests were served.</summary>
    public ConcurrentDictionary<string, byte> CommandLines { get; } = [];

    public ConcurrentQueue<string> Users { get; } = [];

    /// <summary>Makes a repository of these files, or adds a commit to it.</summary>
    public void Commit(string name, string branch, params IEnumerable<(string Path, string Text)> files)
    {
        var bare = _folder.At("private", name + ".git");
        var work = _folder.At("work", name);
        if (!Directory.Exists(bare))
        {
            Git(".", "init", "-q", "--bare", "-b", "master", bare);
            Git(".", "clone", "-q", bare, work);
            Git(work, "checkout", "-q", "-b", branch);
        }
        else
            Git(work, "checkout", "-q", "-B", branch);
        foreach (var (path, text) in files)
            _folder.Write(Path.Combine("work", name, path), text);
        Git(work, "add", "-A");
        Git(work, "commit", "-q", "-m", "change");
        Git(work, "push", "-q", "origin", branch);
    }

    public void AddSubmodule(string name, string relativeAddress, string path, string of)
    {
        var work = _folder.At("work", name);
        Git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", _folder.At("private", of + ".git"), path);
        Git(work, "config", "-f", ".gitmodules", $"submodule.{path}.url", relativeAddress);
        Git(work, "commit", "-q", "-a", "-m", "submodule");
        Git(work, "push", "-q");
    }

    public static string Git(string directory, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false", "-c", "push.default=current", .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
    }

    /// <summary>No longer there for anybody.</summary>
    public async Task StopAsync()
    {
        if (_listener.IsListening)
            _listener.Stop();
        await _serving;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _listener.Close();
        _folder.Dispose();
    }

    // A listener of this kind cannot ask for any free port, so one is looked for; another process may be quicker.
    private static (HttpListener, int) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        List<Task> requests = [];
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                break;
            }
            requests.Add(AnswerAsync(context));
        }
        await Task.WhenAll(requests);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        SeeCommandLines();
        var response = context.Response;
        if (User(context.Request) is not { } user)
        {
            response.StatusCode = 401;
            response.AddHeader("WWW-Authenticate", "Basic realm=\"private\"");
            response.Close();
            return;
        }
        Users.Enqueue(user);
        await RunBackendAsync(context);
    }

    // The token may come as the user or as the password: hosts differ.
    private string? User(HttpListenerRequest request)
    {
        var header = request.Headers["Authorization"];
        if (header?.StartsWith("Basic ", StringComparison.Ordinal) is not true)
            return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..])).Split(':', 2);
        return pair.Contains(Token) ? pair[0] : null;
    }

    private async Task RunBackendAsync(HttpListenerContext context)
    {
        var request = context.Request;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = _folder.Path;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = request.Url!.AbsolutePath;
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["REMOTE_USER"] = "somebody";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers["Content-Encoding"] ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await request.InputStream.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        await errors;

        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(bytes, 0, Math.Max(end, 0)).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == "Status")
                context.Response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            else
                context.Response.AddHeader(name, value);
        }
        await context.Response.OutputStream.WriteAsync(bytes.AsMemory(end + 4));
        context.Response.Close();
    }

    private void SeeCommandLines()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                if (line.Contains($":{_port}/", StringComparison.Ordinal))
                    CommandLines[line] = 1;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue; // a process that has ended since
            }
        }
    }
}
