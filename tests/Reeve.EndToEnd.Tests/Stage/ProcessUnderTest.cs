using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>A program that a test starts, watches and ends.</summary>
internal sealed partial class ProcessUnderTest : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _news = new(0);

    private ProcessUnderTest(Process process) => _process = process;

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything it printed so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    public static ProcessUnderTest Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string folder)
    {
        // A shell that runs the tests in the background lets them ignore Ctrl+C, and what they start would inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var started = new ProcessUnderTest(new Process { StartInfo = start });
        started._process.OutputDataReceived += (_, line) => started.Add(line.Data);
        started._process.ErrorDataReceived += (_, line) => started.Add(line.Data);
        started._process.Start();
        started._process.StandardInput.Close();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Waits for a line that matches, from the start of the output, and gives its groups.</summary>
    public async Task<Match> WaitForAsync(string pattern, TimeSpan limit)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        while (true)
        {
            if (Regex.Match(Output, pattern, RegexOptions.Multiline) is { Success: true } match)
                return match;
            if (HasExited && Regex.Match(await AllAsync(), pattern, RegexOptions.Multiline) is var last)
                return last.Success ? last : throw new InvalidOperationException($"the program ended with {_process.ExitCode} before it printed /{pattern}/:\n{Output}");
            try
            {
                await _news.WaitAsync(TimeSpan.FromMilliseconds(200), late.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"/{pattern}/ was not printed within {limit}:\n{Output}");
            }
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the program still runs after {limit}:\n{Output}");
        }

        return _process.ExitCode;
    }

    public void Signal(int signal) => Signal(Pid, signal);

    public static void Signal(int pid, int signal)
    {
        if (Kill(pid, signal) != 0)
            throw new InvalidOperationException($"kill -{signal} {pid}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>The processes below a process, the nearest first.</summary>
    public static IReadOnlyList<(int Pid, string CommandLine)> Descendants(int pid)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && ParentOf(id) is { } parent)
                parents[id] = parent;
        }

        var found = new List<(int, string)>();
        for (var generation = new List<int> { pid }; generation.Count > 0;)
        {
            generation = parents.Where(p => generation.Contains(p.Value)).Select(p => p.Key).ToList();
            found.AddRange(generation.Select(id => (id, CommandLine(id))));
        }

        return found;
    }

    /// <summary>The argument list of a process; empty when it is gone.</summary>
    public static string CommandLine(int pid) => Read($"/proc/{pid}/cmdline").Replace('\0', ' ');

    /// <summary>True while a process runs and is not a zombie.</summary>
    public static bool IsAlive(int pid) => Stat().Match(Read($"/proc/{pid}/stat")) is { Success: true } stat && stat.Groups["state"].Value is not ("Z" or "X");

    private static int? ParentOf(int pid) =>
        Stat().Match(Read($"/proc/{pid}/stat")) is { Success: true } stat ? int.Parse(stat.Groups["parent"].Value, CultureInfo.InvariantCulture) : null;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // gone meanwhile
        }
    }

    private async Task<string> AllAsync()
    {
        await _process.WaitForExitAsync();
        return Output;
    }

    private void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
        _news.Release();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            foreach (var (pid, _) in Descendants(Pid).Reverse())
                _ = Kill(pid, 9);
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _news.Dispose();
    }

    [GeneratedRegex(@"^\d+ \(.*\) (?<state>\w) (?<parent>\d+) ", RegexOptions.Singleline)]
    private static partial Regex Stat();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
