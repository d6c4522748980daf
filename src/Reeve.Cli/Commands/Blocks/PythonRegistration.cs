using System.Diagnostics;
using Reeve.Deployments.Entrypoints;

namespace Reeve.Cli.Commands.Blocks;

/// <summary>Has the Python client of this machine register what only Python knows.</summary>
internal static class PythonRegistration
{
    public static async Task<int> RunAsync(string[] arguments, string why, CliSession session, CancellationToken ct)
    {
        var by = $"python -m prefect block register {string.Join(' ', arguments)}";
        if (await PythonInterpreter.FindWithClientAsync(session.Folder, ct) is not { } interpreter)
            throw new CliException(why, $"register them where Python and its client are installed: PREFECT_API_URL={session.Settings.ApiUrl} {by}");
        var start = new ProcessStartInfo(interpreter, ["-m", "prefect", "block", "register", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in Workers.WorkerStartCommand.RunEnvironment(session))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        await session.Terminal.Out.WriteAsync(await output);
        return process.ExitCode == 0 ? ExitCodes.Done : throw new CliException($"{by} ended with exit code {process.ExitCode}: {(await error).Trim()}");
    }
}
