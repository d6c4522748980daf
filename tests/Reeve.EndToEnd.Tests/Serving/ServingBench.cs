using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Reeve.Client;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.EndToEnd.Tests.Serving;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>A real server in this process, and hosts that serve flows from it.</summary>
internal sealed class ServingBench : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reeve-serving").FullName;
    private readonly List<IHost> _hosts = [];
    private ServerHost? _server;

    public ServingBench()
    {
        Port = Installation.FreePort();
        var values = new Dictionary<string, string> { ["REEVE_API_URL"] = ApiUrl };
        Api = new OrchestrationClient(new ApiConnection(new ReeveSettings(values.GetValueOrDefault, new Profile("bench", values)), RetryPolicy.Interactive));
    }

    public MovedClock Clock { get; } = new();

    public OrchestrationClient Api { get; }

    private int Port { get; }

    private string ApiUrl => $"http://127.0.0.1:{Port}/api";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<ServingBench> StartAsync()
    {
        var bench = new ServingBench();
        await bench.StartServerAsync();
        return bench;
    }

    public async Task StartServerAsync()
    {
        _server = ServerHost.Build(new ServerOptions { Home = _folder, Port = Port, Clock = Clock, Logging = logging => logging.SetMinimumLevel(LogLevel.None) });
        await _server.StartAsync(Ct);
    }

    /// <summary>A host with what a program would write in its Main; started.</summary>
    public async Task<IHost> HostAsync(Action<ReeveBuilder> flows, Action<ReeveOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        services?.Invoke(builder.Services);
        flows(builder.Services.AddReeve(given =>
        {
            given.ApiUrl = ApiUrl;
            given.PollInterval = TimeSpan.FromMilliseconds(100);
            options?.Invoke(given);
        }));
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Ct);
        return host;
    }

    public async Task<Deployment> DeployedAsync(string flow, string name)
    {
        Deployment? found = null;
        await SlowFlow.Until($"{flow}/{name} is registered", async () => (found = await Api.FindDeploymentAsync(flow, name, Ct)) is not null, () => "");
        return found!;
    }

    public async Task<FlowRun> RunAsync(Guid deployment, string parameters = "{}") =>
        await Api.CreateFlowRunAsync(deployment, new DeploymentFlowRunCreate { Parameters = WireJson.Parse(parameters) }, Ct);

    public async Task<FlowRun> UntilAsync(Guid run, params StateType[] states)
    {
        FlowRun? last = null;
        await SlowFlow.Until("the state is reached", async () => (last = await Api.FindFlowRunAsync(run, Ct))?.StateType is { } state && states.Contains(state), () => $"{last?.StateName}: {last?.State?.Message}");
        return last!;
    }

    public async Task<List<(string Name, string Message)>> LogsAsync(Guid run)
    {
        var query = new Query { Logs = new LogFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } }, Sort = "TIMESTAMP_ASC" };
        return [.. (await Api.FindLogsAsync(query, Ct)).Select(line => (line.Name, line.Message))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await ((IAsyncDisposable)host).DisposeAsync();
        Api.Connection.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The system's clock, moved; timers are the system's.</summary>
internal sealed class MovedClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
