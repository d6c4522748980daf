using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;
using Reeve.Protocol.WorkPools;
using Reeve.Server;
using Reeve.Settings;
using Reeve.Workers.Process;

namespace Reeve.Workers.Tests;

/// <summary>A real server on a free port and a folder for scripts that stand in for flows: they report states by curl, so that what is tested is the worker.</summary>
public sealed class WorkerBench : IAsyncDisposable
{
    public const string Pool = "bench";
    private ServerHost _server = null!;
    private ApiConnection _connection = null!;
    private Guid _flow;

    public string Folder { get; } = Directory.CreateTempSubdirectory("reeve-worker-bench-").FullName;

    public OrchestrationClient Api { get; private set; } = null!;

    public ReeveSettings Settings { get; private set; } = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<WorkerBench> StartAsync()
    {
        var bench = new WorkerBench();
        await bench.StartServerAsync(0);
        var values = new Dictionary<string, string> { ["REEVE_API_URL"] = bench._server.Address + "/api", ["REEVE_HOME"] = bench.Folder };
        bench.Settings = new ReeveSettings(values.GetValueOrDefault, new Profile("bench", new Dictionary<string, string>()));
        bench._connection = new ApiConnection(bench.Settings, RetryPolicy.Interactive);
        bench.Api = new OrchestrationClient(bench._connection);
        bench._flow = (await bench.Api.CreateFlowAsync(new FlowCreate { Name = "bench" }, Cancelled)).Id;
        await bench.Api.CreateWorkPoolAsync(new WorkPoolCreate { Name = Pool, Type = "process" }, Cancelled);
        return bench;
    }

    /// <summary>Ends the server and starts it again on the same port and database.</summary>
    public async Task RestartServerAsync(Func<Task> meanwhile)
    {
        var port = new Uri(_server.Address).Port;
        await _server.DisposeAsync();
        await meanwhile();
        await StartServerAsync(port);
    }

    /// <summary>Makes a script; <c>report STATE</c> in it tells the server.</summary>
    public string Script(string name, string body)
    {
        var path = Path.Combine(Folder, name + ".sh");
        File.WriteAllText(path,
            $$$"""
            report() { curl -s -o /dev/null -X POST -H 'Content-Type: application/json' -H "X-Reeve-Lease: $REEVE_FLOW_RUN_LEASE" -d "{\"state\":{\"type\":\"$1\"}}" "$REEVE_API_URL/flow_runs/$REEVE_FLOW_RUN_ID/set_state"; }
            cd {{{Folder}}}
            {{{body}}}
            """);
        return $"sh {path}";
    }

    /// <summary>Makes a deployment whose runs are a command.</summary>
    public async Task<Guid> DeployAsync(string command, string variables = "{}")
    {
        var jobVariables = JsonSerializer.Deserialize(variables, WireJson.TypeInfo<Dictionary<string, JsonElement>>())!;
        jobVariables["command"] = JsonSerializer.SerializeToElement(command, WireJson.TypeInfo<string>());
        var deployment = await Api.CreateDeploymentAsync(new DeploymentCreate
        {
            Name = "d" + Guid.NewGuid().ToString("N"),
            FlowId = _flow,
            WorkPoolName = Pool,
            JobVariables = JsonSerializer.SerializeToElement(jobVariables, WireJson.TypeInfo<Dictionary<string, JsonElement>>()),
        }, Cancelled);
        return deployment.Id;
    }

    public async Task<FlowRun> RunAsync(Guid deployment, string? name = null) => await Api.CreateFlowRunAsync(deployment, new DeploymentFlowRunCreate { Name = name }, Cancelled);

    public TestWorker StartWorker(Func<WorkerOptions, WorkerOptions>? change = null, string name = "worker-1")
    {
        var options = new WorkerOptions
        {
            PoolName = Pool,
            Name = name,
            ExecuteCommand = ["false"],
            RenewInterval = TimeSpan.FromMilliseconds(200),
            RunEnvironment = new Dictionary<string, string?> { ["REEVE_API_URL"] = Settings.ApiUrl.ToString() },
        };
        return new TestWorker(Settings, change?.Invoke(options) ?? options);
    }

    /// <summary>Waits until a run is in one of these states.</summary>
    public async Task<FlowRun> UntilAsync(Guid run, params StateType[] states)
    {
        FlowRun? last = null;
        await Eventually.AsyncTrue(async () => (last = await Api.FindFlowRunAsync(run, Cancelled))?.StateType is { } state && states.Contains(state),
            () => $"flow run is {last?.StateName}: {last?.State?.Message}");
        return last!;
    }

    public async Task<List<string>> HistoryAsync(Guid run) => [.. (await Api.GetFlowRunStatesAsync(run, Cancelled)).Select(s => s.Name)];

    /// <summary>The process of a run, once it is noted.</summary>
    public async Task<int> PidAsync(Guid run)
    {
        string? pid = null;
        await Eventually.AsyncTrue(async () => (pid = (await Api.FindFlowRunAsync(run, Cancelled))?.InfrastructurePid) is not null, () => "no pid was noted");
        return int.Parse(pid!.Split(':')[1], CultureInfo.InvariantCulture);
    }

    private async Task StartServerAsync(int port)
    {
        _server = ServerHost.Build(new ServerOptions { Home = Folder, Port = port, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await _server.StartAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>A worker in this process, and what it says.</summary>
public sealed class TestWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lines _terminal = new();
    private readonly WorkerLoop _loop;

    public TestWorker(ReeveSettings settings, WorkerOptions options)
    {
        _loop = new WorkerLoop(lease => new ApiConnection(settings, RetryPolicy.None) { Lease = lease }, new ProcessWorker(TimeProvider.System), options, new WorkerLog(_terminal, TimeProvider.System), TimeProvider.System);
        Running = _loop.RunAsync(_stop.Token);
    }

    public Task Running { get; }

    public string Terminal => string.Join('\n', _terminal.All);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _loop.Dispose();
        _stop.Dispose();
        await _terminal.DisposeAsync();
    }

    private sealed class Lines : TextWriter
    {
        public ConcurrentQueue<string> All { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => All.Enqueue(value ?? "");
    }
}

internal static class Eventually
{
    public static async Task AsyncTrue(Func<Task<bool>> condition, Func<string> otherwise, int seconds = 30)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > seconds)
                Assert.Fail(otherwise());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task True(Func<bool> condition, Func<string> otherwise, int seconds = 30) => AsyncTrue(() => Task.FromResult(condition()), otherwise, seconds);
}
