using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>A program at a pseudo-terminal, as a person has it before them: what it shows comes as it is written, what is typed goes in by lines.</summary>
internal sealed partial class TerminalUnderTest : IAsyncDisposable
{
    // Python's pty gives the program a terminal; what is typed is its input, what is shown is its output.
    private const string Script = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

    private readonly Process _process;
    private readonly StringBuilder _shown = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Task _reading;
    private int _seen;

    private TerminalUnderTest(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Null where there is no python3.</summary>
    public static TerminalUnderTest? Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string folder)
    {
        var start = new ProcessStartInfo("python3", ["-c", Script, program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            return new TerminalUnderTest(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Everything shown so far, without the sequences that only move a cursor.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
                return Escapes().Replace(_shown.ToString(), "").Replace("\r", "", StringComparison.Ordinal);
        }
    }

    /// <summary>Waits until this is shown, after what was answered before, and types the answer.</summary>
    public async Task AnswerAsync(string question, string answer)
    {
        await UntilAsync(question);
        await _process.StandardInput.WriteAsync(answer + "\n");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the program's end.</summary>
    public async Task<int> ExitAsync()
    {
        using var late = Limit();
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the program does not end:\n{Shown}");
        }
        return _process.ExitCode;
    }

    private async Task UntilAsync(string text)
    {
        using var late = Limit();
        while (true)
        {
            var shown = Shown;
            if (shown.IndexOf(text, _seen, StringComparison.Ordinal) is >= 0 and var found)
            {
                _seen = found + text.Length;
                return;
            }
            if (_reading.IsCompleted)
                throw new InvalidOperationException($"the program ended before it showed \"{text}\":\n{shown}");
            try
            {
                await _news.WaitAsync(TimeSpan.FromMilliseconds(200), late.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"\"{text}\" is not shown:\n{Shown}");
            }
        }
    }

    private static CancellationTokenSource Limit()
    {
        var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromMinutes(3));
        return late;
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_shown)
                _shown.Append(buffer, 0, count);
            _news.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        await _reading;
        _process.Dispose();
        _news.Dispose();
    }

    [GeneratedRegex(@"\x1b(\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07]*\x07)")]
    private static partial Regex Escapes();
}
