using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Leases;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.Tests.Api;

/// <summary>
/// The few routes that the engine speaks to, over a real socket on a free loopback port, with the rules that matter to it: retries, repeated
/// transitions, scheduled times, terminal states. It records everything, and can fail requests or lose answers on demand.
/// </summary>
public sealed partial class RecordingApi : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly Lock _gate = new();

    public RecordingApi()
    {
        Url = Listen();
        _serving = Task.Run(ServeAsync);
    }

    public Uri Url { get; }

    public ConcurrentQueue<(string Method, string Path, string? Lease, string Body)> Requests { get; } = new();

    public ConcurrentQueue<LogCreate> Logs { get; } = new();

    public ConcurrentDictionary<Guid, RunRecord> Runs { get; } = new();

    /// <summary>Asked before each request; a status to answer with instead, or null to go on.</summary>
    public Func<string, string, HttpStatusCode?> Fault { get; set; } = (_, _) => null;

    /// <summary>Asked after each request was carried out; true answers as a gateway that lost the answer.</summary>
    public Func<string, string, bool> LoseAnswer { get; set; } = (_, _) => false;

    /// <summary>Asked for each proposal; a verdict, or null for the rules below.</summary>
    public Func<RunRecord, StateCreate, OrchestrationResult?> Verdict { get; set; } = (_, _) => null;

    /// <summary>Asked for routes that are not the engine's: status and answer, or null for 404.</summary>
    public Func<string, string, string, (int Status, object? Answer)?> Extra { get; set; } = (_, _, _) => null;

    public bool KnowsLeases { get; set; } = true;

    /// <summary>False: a server that has no route for several proposals at once.</summary>
    public bool KnowsProposals { get; set; } = true;

    /// <summary>Asked for each of several proposals: why it is not judged, or null to go on.</summary>
    public Func<RunRecord, TaskRunProposalFault?> ProposalFault { get; set; } = _ => null;

    /// <summary>The completed states that are cached, by key.</summary>
    public ConcurrentDictionary<string, State> Cached { get; } = new();

    /// <summary>Blocks by "kind/name".</summary>
    public ConcurrentDictionary<string, JsonElement> Blocks { get; } = new();

    public ConcurrentDictionary<Guid, string> LostLeases { get; } = new();

    public ConcurrentDictionary<Guid, bool> Cancelling { get; } = new();

    public IEnumerable<RunRecord> FlowRuns => Runs.Values.Where(run => !run.IsTask).OrderBy(run => run.Made);

    public IEnumerable<RunRecord> TaskRuns => Runs.Values.Where(run => run.IsTask).OrderBy(run => run.Made);

    public RunRecord TaskRun(string name) => Assert.Single(TaskRuns, run => run.Name == name);

    public IEnumerable<string> Messages => Logs.OrderBy(line => line.Timestamp).Select(line => line.Message);

    /// <summary>A flow run as a worker finds it.</summary>
    public RunRecord AddFlowRun(string parameters)
    {
        var run = new RunRecord(Ids.New(DateTimeOffset.UnixEpoch), IsTask: false, "brave-otter", null, WireJson.Parse(parameters), 0, 0);
        run.Add(new StateCreate { Type = StateType.Pending });
        return Runs[run.Id] = run;
    }

    private Uri Listen()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            try
            {
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
                _listener.Start();
                return new Uri($"http://127.0.0.1:{port}/api");
            }
            catch (HttpListenerException)
            {
                // Somebody took the port in between; the next one.
            }
        }
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var method = context.Request.HttpMethod;
        var path = context.Request.Url!.AbsolutePath["/api/".Length..];
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue((method, path, context.Request.Headers[Lease.Header], body));
        var (status, answer) = Fault(method, path) is { } fault ? ((int)fault, null) : Route(method, path.TrimEnd('/').Split('/'), body);
        if (LoseAnswer(method, path))
            (status, answer) = ((int)HttpStatusCode.BadGateway, null);

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var bytes = answer is null ? [] : JsonSerializer.SerializeToUtf8Bytes(answer, WireJson.Options.GetTypeInfo(answer.GetType()));
        context.Response.ContentLength64 = bytes.Length; // one packet: chunks would wait for the peer's delayed acknowledgement
        context.Response.Close(bytes, willBlock: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _serving;
        _stop.Dispose();
    }
}

public sealed record RunRecord(Guid Id, bool IsTask, string Name, Guid? ParentId, JsonElement Parameters, int Retries, double RetryDelaySeconds)
{
    private static long s_made;

    /// <summary>Counts the runs: ids made in one millisecond have no order.</summary>
    public long Made { get; } = Interlocked.Increment(ref s_made);

    public List<State> States { get; } = [];

    public string? Key { get; init; }

    public Guid? FlowRunId { get; init; }

    public TaskRunPolicy? Policy { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public FlowRunUpdate? Update { get; set; }

    /// <summary>Seconds before the retry that comes next.</summary>
    public double NextDelay => Policy?.RetryDelay switch
    {
        { ValueKind: JsonValueKind.Array } list => list[Math.Min(RunCount, list.GetArrayLength()) - 1].GetDouble(),
        { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        _ => RetryDelaySeconds,
    };

    public State Current => States[^1];

    public int RunCount => States.Count(state => state.Type == StateType.Running);

    public IEnumerable<string> Path => States.Select(state => state.Name);

    /// <param name="state">What it enters.</param>
    /// <param name="entered">When it did, where that is told late.</param>
    public State Add(StateCreate state, DateTimeOffset? entered = null)
    {
        var stored = new State
        {
            Id = Ids.New(DateTimeOffset.UnixEpoch),
            Type = state.Type,
            Name = state.Name ?? state.Type.DefaultName(),
            Timestamp = entered ?? TimeProvider.System.GetUtcNow(),
            Message = state.Message,
            Data = state.Data,
            StateDetails = state.StateDetails ?? new(),
        };
        States.Add(stored);
        return stored;
    }
}
