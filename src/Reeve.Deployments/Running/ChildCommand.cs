using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Running;

/// <summary>
/// One program run to its end, without a shell. Its output is captured up to a bound and given on line by line; when the work is cancelled,
/// the program and what it started are ended.
/// </summary>
internal sealed class ChildCommand(string program, IReadOnlyList<string> arguments)
{
    /// <summary>How many characters of each stream are kept: enough for any token or error, not enough to fill the memory.</summary>
    public const int CaptureLimit = 4 * 1024 * 1024;

    // A longer line is shown in pieces.
    private const int LineLimit = 64 * 1024;

    // A program told to end gets this long, and what it started may hold the pipe this long after its own end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public required string WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this program only; null removes a name.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Gets each line of both streams as it comes; may be called from two threads.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>Written to the program's input, which is empty otherwise.</summary>
    public string? Input { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="StepException">The program cannot be started.</exception>
    public async Task<CommandResult> RunAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var family = new ProcessFamily();
        using var process = Start(family);
        var (stdout, stderr) = (new BoundedText(CaptureLimit), new BoundedText(CaptureLimit));
        var output = Task.WhenAll(ReadAsync(process.StandardOutput, stdout), ReadAsync(process.StandardError, stderr));
        try
        {
            await GiveInputAsync(process, ct);
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await family.EndAsync(process, Patience, Time);
            throw;
        }
        // Something it left running in the background may hold the pipes open for as long as it likes.
        await Task.WhenAny(output, Task.Delay(Patience, Time, ct));
        ct.ThrowIfCancellationRequested();
        return new CommandResult(process.ExitCode, stdout.ToString(), stderr.ToString()) { LastErrors = stderr.End().Trim(), IsCut = stdout.IsCut || stderr.IsCut };
    }

    private Process Start(ProcessFamily family)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        family.Mark(start);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new StepException($"cannot start '{program}': {Reason(exception)}", exception);
        }
    }

    private string Reason(Win32Exception exception) => exception.NativeErrorCode switch
    {
        2 when !Directory.Exists(WorkingDirectory) => $"there is no directory '{WorkingDirectory}'",
        2 => "no such program on PATH or in the directory",
        8 when !OperatingSystem.IsWindows() => "it is not a program; a script begins with a line like '#!/bin/sh'",
        13 when !OperatingSystem.IsWindows() => "it may not be executed (chmod +x)",
        _ => exception.Message,
    };

    private async Task GiveInputAsync(Process process, CancellationToken ct)
    {
        try
        {
            if (Input is not null)
                await process.StandardInput.WriteAsync(Input.AsMemory(), ct);
            process.StandardInput.Close(); // a program that asks for more gets the end of it instead of hanging
        }
        catch (IOException)
        {
            // It ended, or closed its input, before it read all: its exit code says what that means.
        }
    }

    private async Task ReadAsync(StreamReader reader, BoundedText captured)
    {
        var block = new char[8192];
        var lines = OnLine is null ? null : new LineCutter(OnLine, LineLimit);
        try
        {
            while (await reader.ReadAsync(block, CancellationToken.None) is > 0 and var count)
            {
                captured.Append(block.AsSpan(0, count));
                lines?.Add(block.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // Nobody waits for what a process left behind still says.
        }
        lines?.End();
    }
}

/// <summary>Cuts a stream into lines. A carriage return alone ends one too: that is how progress is shown.</summary>
internal sealed class LineCutter(Action<string> onLine, int limit)
{
    private readonly StringBuilder _line = new();
    private bool _afterReturn;

    public void Add(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is not ('\n' or '\r'))
                _line.Append(c);
            if (c is '\n' && !_afterReturn || c is '\r' || _line.Length >= limit)
                Give();
            _afterReturn = c is '\r';
        }
    }

    public void End()
    {
        if (_line.Length > 0)
            Give();
    }

    private void Give()
    {
        onLine(_line.ToString());
        _line.Clear();
    }
}

/// <summary>How a program ended and the beginning of what it said.</summary>
internal sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>The end of its error output.</summary>
    public string LastErrors { get; init; } = StandardError.Trim();

    /// <summary>Whether it said more than is kept.</summary>
    public bool IsCut { get; init; }
}
