using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Running;

/// <summary>
/// One program run to its end, without a shell. Its output is captured up to a bound and given on line by line; when the work is cancelled,
/// the program and what it started are killed.
/// </summary>
internal sealed class ChildCommand(string program, IReadOnlyList<string> arguments)
{
    // What is kept of each stream: enough for any token or error, not enough to fill the memory.
    private const int CaptureLimit = 4 * 1024 * 1024;

    public required string WorkingDirectory { get; init; }

    /// <summary>Added to the environment of this program only; null removes a name.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Gets each line of both streams as it comes; may be called from two threads.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>Given on its standard input, which then ends; a program that asks for more gets the end of it instead of hanging.</summary>
    public string Input { get; init; } = "";

    /// <exception cref="StepException">The program cannot be started.</exception>
    public async Task<CommandResult> RunAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var process = Start();
        var stdout = ReadAsync(process.StandardOutput);
        var stderr = ReadAsync(process.StandardError);
        await WriteInputAsync(process, ct);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return new CommandResult(process.ExitCode, await stdout.WaitAsync(ct), await stderr.WaitAsync(ct));
    }

    private async Task WriteInputAsync(Process process, CancellationToken ct)
    {
        try
        {
            if (Input.Length > 0)
                await process.StandardInput.WriteAsync(Input.AsMemory(), ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not read; how it ends says whether that was wrong.
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new StepException($"cannot start '{program}': {(exception.NativeErrorCode == 2 ? "no such program on PATH or in the directory" : exception.Message)}",
                exception);
        }
    }

    private async Task<string> ReadAsync(StreamReader reader)
    {
        var captured = new StringBuilder();
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            OnLine?.Invoke(line);
            if (captured.Length + line.Length < CaptureLimit)
                captured.Append(line).Append('\n');
        }
        return captured.ToString();
    }
}

internal sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError);
