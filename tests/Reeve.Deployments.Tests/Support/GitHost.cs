using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Reeve.Tests.Api;

namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// Real git over real HTTP: git's own http-backend behind basic authentication that refuses everybody but the holder of the token. While it
/// serves a request it looks at the command lines of all processes, so that a credential in one of them is seen.
/// </summary>
public sealed class GitHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackServer _server;
    private readonly int _port;
    private bool _stopped;

    public GitHost()
    {
        _server = LoopbackServer.Start(AnswerAsync);
        _port = new Uri(_server.Url).Port;
    }

    /// <summary>Who may read.</summary>
    public string Token { get; } = "tok-" + Guid.NewGuid().ToString("N");

    public string Address => $"http://127.0.0.1:{_port}/private/deployments.git";

    public string AddressOf(string name) => $"http://127.0.0.1:{_port}/private/{name}.git";

    public int Port => _port;

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

    /// <summary>Asked before a request is answered; true when it answered itself.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>The paths of the requests that were let in, with their queries.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The folder of the bare repository.</summary>
    public string BareOf(string name) => _folder.At("private", name + ".git");

    public string WorkOf(string name) => _folder.At("work", name);

    /// <summary>No longer there for anybody.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        await _server.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        SeeCommandLines();
        if (Before is { } before && await before(context))
            return;
        if (User(context.Request) is not { } user)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"private\"";
            return;
        }
        Users.Enqueue(user);
        Requests.Enqueue(context.Request.Path + context.Request.QueryString);
        await RunBackendAsync(context);
    }

    // The token may come as the user or as the password: hosts differ.
    private string? User(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.Ordinal) is false)
            return null;
        var pair = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..])).Split(':', 2);
        return pair.Contains(Token) ? pair[0] : null;
    }

    private async Task RunBackendAsync(HttpContext context)
    {
        var request = context.Request;
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = _folder.Path;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = request.Path;
        start.Environment["QUERY_STRING"] = request.QueryString.ToString().TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["REMOTE_USER"] = "somebody";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await request.Body.CopyToAsync(process.StandardInput.BaseStream);
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
                context.Response.Headers.Append(name, value);
        }
        await context.Response.Body.WriteAsync(bytes.AsMemory(end + 4));
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
