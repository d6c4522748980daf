using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Events;
using Reeve.Protocol.Runs;
using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>The API of a <see cref="FlowTestHost"/>: what it knows before a run, how it fails, and what it was told. Safe for concurrent use.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The handler is in memory and is the connection's, which its host disposes.")]
public sealed class TestApi
{
    private readonly MemoryFaults _faults;
    private readonly MemoryApi _handler;

    internal TestApi(VirtualTime time)
    {
        Runs = new MemoryRuns(time);
        Store = new MemoryStore(time);
        _faults = new MemoryFaults(time);
        var routes = new RouteTable();
        RunRoutes.Add(routes, Runs);
        RecordRoutes.Add(routes, Store);
        VariableRoutes.Add(routes, Store);
        BlockRoutes.Add(routes, Store);
        InputRoutes.Add(routes, Store);
        SlotRoutes.Add(routes, Store);
        _handler = new MemoryApi(routes, _faults, time);
        Connection = new ApiConnection(_handler, new Uri("http://reeve.test/api"), RetryPolicy.Patient, time);
        Connection.Abilities.LacksTaskRunProposals = true; // each proposal is a request of its own: a test can see it, fail it, and tell who made it
        Client = new OrchestrationClient(Connection);
    }

    /// <summary>A client of this API, for what the members here do not offer.</summary>
    public OrchestrationClient Client { get; }

    /// <summary>Every request so far, in order.</summary>
    public IReadOnlyList<TestRequest> Requests => _handler.Requests;

    /// <summary>Every artifact, in the order of creation.</summary>
    public IReadOnlyList<Artifact> Artifacts => Store.Read(store => store.Artifacts.ToList());

    /// <summary>Every event that was sent, in order.</summary>
    public IReadOnlyList<Event> Events => Store.Read(store => store.Events.ToList());

    internal MemoryRuns Runs { get; }

    internal MemoryStore Store { get; }

    internal ApiConnection Connection { get; }

    /// <summary>Sets a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Anything that System.Text.Json can write.</param>
    public void SetVariable(string name, object? value) => Store.SetVariable(name, Json(value), tags: null);

    /// <summary>The value of a variable; null when there is none, or it is null.</summary>
    public JsonElement? FindVariable(string name) => Store.Read(store => store.Variables.GetValueOrDefault(name)?.Value);

    /// <summary>Keeps a block.</summary>
    /// <param name="type">The slug of its kind, such as <c>json</c>; an unknown kind is made.</param>
    /// <param name="name">Its name.</param>
    /// <param name="data">Its fields; anything that System.Text.Json can write as an object.</param>
    /// <returns>The block as it is served.</returns>
    public BlockDocument AddBlock(string type, string name, object data) => Store.Read(store =>
        store.Keep(name, store.SchemaOf(store.TypeOf(type, type).Id, WireJson.EmptyObject), Json(data)!.Value));

    /// <summary>Limits how many task runs with a tag run at once.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="slots">How many; with 0 none may ever run.</param>
    public void LimitTag(string tag, int slots) => Runs.LimitTag(tag, slots);

    /// <summary>Makes a global concurrency limit, or changes its slots.</summary>
    /// <param name="name">The limit's name.</param>
    /// <param name="slots">How many slots it has.</param>
    public void LimitConcurrency(string name, int slots) => Store.Read(store => store.Limits[name] = store.Limits.TryGetValue(name, out var old)
        ? old with { Slots = slots }
        : new MemoryLimit(store.NewId(), name, slots));

    /// <summary>Keeps a task's result in the cache: a task run that asks for this key is handed the value and does not run.</summary>
    /// <param name="cacheKey">The key as the task's cache policy makes it.</param>
    /// <param name="state">The Completed state that carries the result, such as one from the <see cref="TestRun.State"/> of an earlier run.</param>
    public void CacheResult(string cacheKey, State state) => Runs.Cache(cacheKey, state);

    /// <summary>Answers the next requests of a route with an error, without carrying them out.</summary>
    /// <param name="route">Such as <c>"POST task_runs/*/set_state"</c>: a method, if it matters, and the path below <c>/api</c> with <c>*</c> for any one part; <c>"*"</c> for all.</param>
    /// <param name="status">The answer; default 503, which the engine repeats.</param>
    /// <param name="times">How many requests; default 1.</param>
    public void FailNext(string route = "*", HttpStatusCode status = HttpStatusCode.ServiceUnavailable, int times = 1) =>
        _faults.Plan(route, new MemoryFault(status, IsAfterwards: false), times);

    /// <summary>Carries out the next requests of a route, and loses their answers.</summary>
    /// <param name="route">As for <see cref="FailNext"/>.</param>
    /// <param name="times">How many requests; default 1.</param>
    public void LoseNextAnswer(string route = "*", int times = 1) => _faults.Plan(route, new MemoryFault(null, IsAfterwards: true), times);

    /// <summary>Is not to be reached for a while.</summary>
    /// <param name="duration">In virtual time; <see cref="Timeout.InfiniteTimeSpan"/> until called again.</param>
    public void GoAway(TimeSpan duration) => _faults.GoAway(duration);

    /// <summary>Asks for a flow run to be cancelled, as a person would; its process hears of it at once in virtual time.</summary>
    /// <exception cref="FlowAssertionException">There is no such run, or it has ended.</exception>
    public void Cancel(Guid flowRunId)
    {
        var answer = Runs.Propose(flowRunId, new SetState(new StateCreate { Type = StateType.Cancelling }));
        if (answer is null or { Status: not (OrchestrationStatus.Accept or OrchestrationStatus.Reject) })
            throw new FlowAssertionException($"Flow run {flowRunId} cannot be cancelled: {answer?.Details.Reason ?? "there is no such run"}");
    }

    /// <summary>Lets a paused flow run go on.</summary>
    /// <exception cref="FlowAssertionException">It is not paused.</exception>
    public void Resume(Guid flowRunId)
    {
        if (Runs.Find(flowRunId) is not { Current.Type: StateType.Paused })
            throw new FlowAssertionException($"Flow run {flowRunId} is not paused.");
        Runs.Propose(flowRunId, new SetState(new StateCreate { Type = StateType.Running }));
    }

    /// <summary>Takes a flow run away from its process, as when its lease lapsed and another process has it.</summary>
    public void TakeOver(Guid flowRunId) => Runs.LoseLease(flowRunId, "Another process has taken the run over.");

    private static JsonElement? Json(object? value)
    {
        if (value is null)
            return null;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            ParameterJson.Write(writer, value);
        return WireJson.Parse(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
