using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
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
    private readonly LoopbackServer _server;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();

    public RecordingApi()
    {
        _server = LoopbackServer.Start(AnswerAsync);
        Url = new Uri(_server.Url + "/api");
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

    private async Task AnswerAsync(HttpContext context)
    {
        var method = context.Request.Method;
        var path = context.Request.Path.Value!["/api/".Length..];
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        await _turn.WaitAsync();
        try
        {
            Requests.Enqueue((method, path, context.Request.Headers[Lease.Header], body));
            var (status, answer) = Fault(method, path) is { } fault ? ((int)fault, null) : Route(method, path.TrimEnd('/').Split('/'), body);
            if (LoseAnswer(method, path))
                (status, answer) = ((int)HttpStatusCode.BadGateway, null);

            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            var bytes = answer is null ? [] : JsonSerializer.SerializeToUtf8Bytes(answer, WireJson.Options.GetTypeInfo(answer.GetType()));
            context.Response.ContentLength = status == (int)HttpStatusCode.NoContent ? null : bytes.Length;
            if (bytes.Length > 0)
                await context.Response.Body.WriteAsync(bytes);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _turn.Dispose();
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
