using System.Globalization;
using Microsoft.AspNetCore.TestHost;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Runs;

namespace Reeve.Server.Tests.Testing;

/// <summary>Plays the steps of a scenario against an API and writes down what it answers.</summary>
internal sealed class Scenario
{
    private readonly OrchestrationClient _client;
    private readonly Action<TimeSpan> _advance;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Guid> _runs = [];
    private readonly Dictionary<string, Guid> _transitions = [];
    private readonly List<string> _answers = [];

    private Scenario(OrchestrationClient client, Action<TimeSpan> advance, TimeProvider time)
    {
        _client = client;
        _advance = advance;
        _time = time;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<List<string>> PlayAsync(OrchestrationClient client, Action<TimeSpan> advance, TimeProvider time, string steps)
    {
        var scenario = new Scenario(client, advance, time);
        await scenario.BeginAsync();
        foreach (var step in steps.Split(';', StringSplitOptions.TrimEntries))
            scenario._answers.Add($"{step} -> {await scenario.TakeAsync(step.Split(' '))}");
        foreach (var (name, id) in scenario._runs.OrderBy(run => run.Key, StringComparer.Ordinal))
            scenario._answers.Add($"{name}: {string.Join(" ", (await scenario.HistoryAsync(name, id)).Select(state => state.Name))}");
        return scenario._answers;
    }

    private async Task BeginAsync()
    {
        var flow = await _client.CreateFlowAsync(new FlowCreate { Name = "scenario" }, Token);
        var run = await _client.CreateFlowRunAsync(
            new FlowRunCreate { FlowId = flow.Id, State = new StateCreate { Type = StateType.Scheduled }, EmpiricalPolicy = new FlowRunPolicy { Retries = 1, RetryDelay = 60 } }, Token);
        _runs["R"] = run.Id;
        foreach (var name in new[] { "T", "U", "V" })
        {
            var task = await _client.CreateTaskRunAsync(
                new TaskRunCreate
                {
                    FlowRunId = run.Id,
                    TaskKey = "task",
                    DynamicKey = name,
                    Tags = ["db"],
                    EmpiricalPolicy = new TaskRunPolicy { Retries = 2, RetryDelay = WireJson.Parse("60") },
                },
                Token);
            _runs[name] = task.Id;
        }
    }

    private async Task<string> TakeAsync(string[] step)
    {
        switch (step)
        {
            case ["advance", var seconds]:
                _advance(TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
                return "";
            case ["limit", var tag, var slots]:
                await _client.CreateTagLimitAsync(new TagLimitCreate { Tag = tag, ConcurrencyLimit = int.Parse(slots, CultureInfo.InvariantCulture) }, Token);
                return "";
            case ["resume"]:
                return Text(await _client.ResumeFlowRunAsync(_runs["R"], new FlowRunResume(), Token));
            default:
                var state = State(Enum.Parse<StateType>(step[1]), step[2..]);
                return Text(step[0] == "R"
                    ? await _client.SetFlowRunStateAsync(_runs["R"], state, step.Contains("force"), Token)
                    : await _client.SetTaskRunStateAsync(_runs[step[0]], state, step.Contains("force"), Token));
        }
    }

    private StateCreate State(StateType type, string[] words)
    {
        var details = new StateDetails
        {
            TransitionId = words.FirstOrDefault(word => word.StartsWith('#')) is { } repeated ? IdOf(type + repeated) : null,
            PauseKey = type == StateType.Paused && words.Any(word => word.StartsWith('#')) ? words.First(word => word.StartsWith('#')) : null,
            PauseReschedule = words.Contains("suspend"),
            PauseTimeout = words.Contains("timeout") ? _time.GetUtcNow().AddMinutes(1) : null,
            Retriable = words.Contains("final") ? false : null,
            CacheKey = words.Contains("key") ? "the-key" : null,
            RefreshCache = words.Contains("refresh") ? true : null,
        };
        // A pause of one key fires once, however often it is proposed.
        if (type == StateType.Paused)
            details = details with { TransitionId = null };
        return new StateCreate
        {
            Type = type,
            StateDetails = details,
            Data = words.Contains("kept") ? WireJson.Parse("""{"type":"reference","storage_key":"x"}""") : null,
        };
    }

    private Guid IdOf(string name) => _transitions.TryGetValue(name, out var known) ? known : _transitions[name] = Guid.NewGuid();

    // A closed tag's words are the server's own; a wait is told by its length.
    private string Text(OrchestrationResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Status} {result.State?.Name} {result.Details.DelaySeconds} {Reason(result)}").TrimEnd();

    private string Reason(OrchestrationResult result) => result.Status == OrchestrationStatus.Abort && result.Details.Reason?.Contains("tag", StringComparison.Ordinal) == true
        ? ""
        : result.Details.Reason?.Replace(_runs["R"].ToString(), "R", StringComparison.Ordinal) ?? "";

    private Task<List<State>> HistoryAsync(string name, Guid id) => name == "R"
        ? _client.GetFlowRunStatesAsync(id, Token)
        : _client.Connection.SendAsync<List<State>>(HttpMethod.Get, $"task_run_states/?task_run_id={id}", null, Token);
}
