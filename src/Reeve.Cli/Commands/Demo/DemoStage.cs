using System.Collections;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Reeve.Cli.Commands.FlowRuns;
using Reeve.Cli.Commands.Server;
using Reeve.Client;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Demo;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>The parts of the demo, all of them real: the server and the worker are this program again, in processes of their own; the rest are its own commands.
/// Whatever happens, all that was started is ended, last things first.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private const string Pool = "demo";
    private const string Deployment = "hello/private-shell";
    private readonly CliSession _session;
    private readonly TextWriter _output;
    private readonly string _folder = Directory.CreateTempSubdirectory("reeve-demo-").FullName;
    private readonly string _home;
    private readonly string _token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)).ToLowerInvariant();
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly List<DemoProcess> _processes = [];
    private Dictionary<string, string?> _environment = [];
    private bool _keepFolder = true;

    public DemoStage(string? home, CliSession session)
    {
        _session = session;
        _output = session.Terminal.Out;
        _home = home is null ? Path.Combine(_folder, "home") : Path.GetFullPath(home);
        Directory.CreateDirectory(_home);
    }

    /// <returns>The outcome of the run as an exit code.</returns>
    public async Task<int> PlayAsync(bool staysUp, CancellationToken ct)
    {
        // Kept is what tells of a failure; of a demo that was merely ended nothing stays behind.
        await using var ended = ct.Register(() => _keepFolder = false);
        var steps = new DemoSteps(_session.Terminal, 6, _session.Time);
        var checkout = Path.Combine(_folder, "deployments");
        var git = await steps.RunAsync("A private git repository, served on loopback to nobody without its token", () => StartGitAsync(checkout, ct), ct);
        _output.WriteLine($"      {git.Address}/{PrivateRepository.Path}");
        var address = await steps.RunAsync("The server, with a database of its own", () => StartServerAsync(ct), ct);
        _output.WriteLine($"      API: {address}/api");
        await steps.RunAsync("A work pool, and a Secret block with the token", () => PrepareAsync(ct), ct);
        await steps.RunAsync("Deploying the repository's prefect.yaml (builds the flow; the first time takes longest)", () => ReeveAsync(ct, "deploy", "--all", "--prefect-file", Path.Combine(checkout, "prefect.yaml")), ct);
        await steps.RunAsync("A worker of the pool", () => StartWorkerAsync(ct), ct);
        var run = await steps.RunAsync($"A run of '{Deployment}', as it happens", () => RunAsync(ct), ct);
        Tell(run, address, staysUp);
        _keepFolder = run.StateType != StateType.Completed;
        return run.StateType == StateType.Completed ? ExitCodes.Done : ExitCodes.Fault;
    }

    /// <summary>Waits for Ctrl+C, or for a part that ends on its own.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        var never = Task.Delay(Timeout.Infinite, ct);
        var first = await Task.WhenAny([never, .. _processes.Select(p => p.Exit)]);
        if (_processes.Find(p => p.Exit == first) is { } ended && !ct.IsCancellationRequested)
            throw ended.Ended("ended");
    }

    private async Task<GitHttpServer> StartGitAsync(string checkout, CancellationToken ct)
    {
        var root = Path.Combine(_folder, "git");
        var git = await GitHttpServer.StartAsync(root, _token, ct);
        _parts.Push(git);
        await PrivateRepository.MakeAsync(Path.Combine(AppContext.BaseDirectory, "examples", "private-repo"), checkout, root, git.Port, ct);
        return git;
    }

    private async Task<string> StartServerAsync(CancellationToken ct)
    {
        var port = FreePort.IsFree(IPAddress.Loopback, 4200) ? 4200 : FreePort.After(IPAddress.Loopback, 4200) ?? throw new CliException("no port from 4200 to 4300 is free");
        var address = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        _environment = OwnEnvironment(address);
        await StartPartAsync("server", ["server", "start", "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)], new(_environment) { ["DEMO_GIT_TOKEN"] = null }, "is up at", ct);
        return address;
    }

    private async Task<int> PrepareAsync(CancellationToken ct)
    {
        await ReeveAsync(ct, "work-pool", "create", Pool, "--type", "process", "--overwrite");
        return await ReeveAsync(ct, "block", "create", "secret", "--name", "bitcred", "--value-env", "DEMO_GIT_TOKEN", "--overwrite");
    }

    private async Task<int> StartWorkerAsync(CancellationToken ct)
    {
        await StartPartAsync("worker", ["worker", "start", "--pool", Pool], _environment, "' started!$", ct);
        return 0;
    }

    private async Task<FlowRun> RunAsync(CancellationToken ct)
    {
        using var connection = new ApiConnection(Settings(), RetryPolicy.Interactive);
        var client = new OrchestrationClient(connection);
        var (deployment, _) = await Lookup.DeploymentAsync(client, Deployment, ct);
        var run = await client.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate(), ct);
        var watcher = new RunWatcher(client, run.Id, _output, _session.Time);
        var watching = watcher.WatchAsync(TimeSpan.FromMinutes(5), ct);
        // A worker or server that ends would leave the run waiting for ever.
        var first = await Task.WhenAny([watching, .. _processes.Select(p => p.Exit)]);
        if (_processes.Find(p => p.Exit == first) is { } ended && !ct.IsCancellationRequested)
            throw ended.Ended("ended while the run was under way");
        await watching;
        return watcher.Run!;
    }

    private async Task StartPartAsync(string name, IReadOnlyList<string> arguments, Dictionary<string, string?> environment, string readyLine, CancellationToken ct)
    {
        var part = await DemoProcess.StartAsync(name, Path.Combine(_folder, name + ".log"), arguments, _folder, environment, readyLine, _session.Time, ct);
        _parts.Push(part);
        _processes.Add(part);
    }

    /// <summary>Runs a command of this program, as a user would type it.</summary>
    private async Task<int> ReeveAsync(CancellationToken ct, params string[] arguments)
    {
        _output.WriteLine($"      $ {CommandName.Text} " + string.Join(' ', arguments));
        using var errors = new StringWriter();
        // Progress is shown as it comes; a fault becomes the step's.
        var terminal = new Terminal(TextReader.Null, _output, errors, isInteractive: false);
        using var session = new CliSession(terminal, name => _environment.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name), _session.Time);
        var code = await CommandLine.RunAsync(arguments, session, ct);
        ct.ThrowIfCancellationRequested();
        return code == ExitCodes.Done ? code : throw new CliException(errors.ToString().Trim());
    }

    // Nothing of the user's own settings: no profile, no other API, no credentials for one.
    private Dictionary<string, string?> OwnEnvironment(string address)
    {
        var environment = new Dictionary<string, string?>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            var name = (string)entry.Key;
            if (name.StartsWith("REEVE_", StringComparison.Ordinal) || name.StartsWith("PREFECT_", StringComparison.Ordinal))
                environment[name] = null;
        }

        environment["REEVE_HOME"] = _home;
        environment["REEVE_API_URL"] = address + "/api";
        environment["DEMO_GIT_TOKEN"] = _token;
        return environment;
    }

    private ReeveSettings Settings() => new(name => _environment.GetValueOrDefault(name), new Profile("demo", new Dictionary<string, string>()));

    private void Tell(FlowRun run, string address, bool staysUp)
    {
        var command = CommandName.Text;
        _output.WriteLine($"\nResult: {run.StateName}{(Result(run) is { } result ? $", {result}" : "")} (in {run.TotalRunTime.ToString("0.0", CultureInfo.InvariantCulture)} s)");
        if (!staysUp)
        {
            _output.WriteLine($"To look around, let it stay up: {command} demo");
            return;
        }

        _output.WriteLine(
            $"""

            Where to look
              Console: {address}/runs/flow-run/{run.Id}
              API:     {address}/api
              Run:     {run.Id} ({run.Name})
              Files:   {_folder} (server.log, worker.log, the repository in deployments/)

            What to try next, in another terminal
              export REEVE_API_URL={address}/api
              {command} flow-run inspect {run.Id}
              {command} flow-run logs {run.Id}
              {command} deployment run {Deployment} --param name=Ada --param times=3 --watch
              {command} deployment run hello/private-block --watch
            """);
    }

    private static string? Result(FlowRun run) =>
        run.State?.Data is { ValueKind: JsonValueKind.Object } data && data.TryGetProperty("storage_key", out var key) && File.Exists(key.GetString())
            ? "returned " + File.ReadAllText(key.GetString()!)
            : null;

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
            await part.DisposeAsync();
        if (_keepFolder)
            _output.WriteLine($"\nThe demo's files are kept: {_folder}");
        else
            Directory.Delete(_folder, recursive: true);
    }
}
