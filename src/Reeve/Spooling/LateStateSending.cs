using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Logging;
using Reeve.Protocol.Runs;

namespace Reeve.Spooling;

/// <summary>Tells an API of states that were entered while it was away, those of a run in their order. What it refuses is said and forgotten: it will not take it later either.</summary>
internal sealed class LateStateSending(ApiConnection connection)
{
    private const int MostAtOnce = 500;

    /// <summary>Sends all that is in a file.</summary>
    /// <exception cref="ApiException">The API is away, or lets nobody in; what was not sent stays.</exception>
    public async Task SendAsync(SpoolFile file, CancellationToken ct)
    {
        while (!file.IsEmpty)
        {
            var (records, next) = file.Read(MostAtOnce);
            var states = Readable(records);
            // A flow run's state follows those of its tasks that were entered before it.
            for (var i = 0; i < states.Count;)
            {
                var tasks = states.Skip(i).TakeWhile(state => state.FlowRunId is null).ToList();
                await Task.WhenAll(tasks.GroupBy(state => state.Lease).Select(ofLease => SendTasksAsync(ofLease, ct)));
                i += tasks.Count;
                for (; i < states.Count && states[i].FlowRunId is not null; i++)
                    await SendFlowRunAsync(states[i], ct);
            }

            file.Forget(next);
        }
    }

    private static List<LateState> Readable(List<byte[]> records)
    {
        var states = new List<LateState>();
        foreach (var record in records)
        {
            try
            {
                states.Add(LateState.Of(record));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                Say($"A state that was kept cannot be read and is left out: {e.Message}");
            }
        }

        return states;
    }

    // Several runs beside each other, which their proposals' batch makes few requests of; the states of one run wait for each other.
    private Task SendTasksAsync(IGrouping<Guid?, LateState> ofLease, CancellationToken ct)
    {
        var client = ClientFor(ofLease.Key);
        return Task.WhenAll(ofLease.GroupBy(state => state.RunId).Select(async ofRun =>
        {
            foreach (var state in ofRun)
                await SendTaskAsync(client, state, ct);
        }));
    }

    private static async Task SendTaskAsync(OrchestrationClient client, LateState state, CancellationToken ct)
    {
        try
        {
            var result = await client.TaskRunProposals.ProposeAsync(state.TaskRun!, ct);
            if (result.Fault is { } fault)
                Refused(state, fault.Detail);
            else
                Judged(state, result.Status!.Value, result.State, result.Details!, state.TaskRun!.State!);
        }
        catch (ApiException e) when (IsRefusal(e))
        {
            Refused(state, e.Message);
        }
    }

    private async Task SendFlowRunAsync(LateState state, CancellationToken ct)
    {
        try
        {
            var result = await ClientFor(state.Lease).SetFlowRunStateAsync(state.FlowRunId!.Value, state.FlowRun!, ct);
            Judged(state, result.Status, result.State, result.Details, state.FlowRun!.State);
        }
        catch (ApiException e) when (IsRefusal(e))
        {
            Refused(state, e.Message);
        }
    }

    private OrchestrationClient ClientFor(Guid? lease) => new(connection.With(RetryPolicy.None).With(lease));

    private static bool IsRefusal(ApiException e) => e.Status is { } status && (LogSpool.IsForGood(status) || status == HttpStatusCode.NotFound);

    // A state that was told before is answered with a refusal too; then the run has it, or has gone on from it.
    private static void Judged(LateState state, OrchestrationStatus status, State? holds, OrchestrationDetails details, StateCreate told)
    {
        if (status != OrchestrationStatus.Accept && holds?.StateDetails.TransitionId != told.StateDetails?.TransitionId && details.Reason?.Contains("already made", StringComparison.Ordinal) != true)
            Refused(state, details.Reason ?? $"the run is {holds?.Name}");
    }

    private static void Refused(LateState state, string reason) => Say($"{state.Description} while the API was away, is not stored: {reason}");

    private static void Say(string line) => Console.Error.WriteLine(line);
}
