using System.Diagnostics.CodeAnalysis;
using System.Net;
using Reeve.Protocol.Runs;

namespace Reeve.Client;

/// <summary>
/// Proposes states of task runs. A proposal alone is sent at once; those that arise while requests are under way travel together in the next.
/// A server that has no such route is asked one by one.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore has no handle, so there is nothing to dispose of.")]
internal sealed class ProposalBatch(OrchestrationClient client)
{
    // Two: one is carried out while the answers of the other are read.
    private const int MostRequests = 2;

    // What a server without the route is asked at once.
    private const int MostSingles = 16;

    // With results of 32 KiB in each a request stays below what servers take.
    private const int MostInOneRequest = 250;

    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new();
    private readonly SemaphoreSlim _singles = new(MostSingles);
    private int _requests;

    /// <summary>Proposes, and makes the run when the proposal says how.</summary>
    /// <exception cref="ApiException">The proposal was refused without a verdict, or the API did not answer.</exception>
    public Task<TaskRunProposalResult> ProposeAsync(TaskRunProposal proposal, CancellationToken ct)
    {
        if (client.Connection.Abilities.LacksTaskRunProposals)
            return ProposeAloneAsync(proposal, ct);
        var entry = new Entry(proposal);
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            if (_requests < MostRequests)
            {
                _requests++;
                _ = Task.Run(SendWhatWaitsAsync, CancellationToken.None);
            }
        }

        return ct.CanBeCanceled ? entry.Answer.Task.WaitAsync(ct) : entry.Answer.Task;
    }

    private async Task SendWhatWaitsAsync()
    {
        var batch = new List<Entry>();
        while (Take(batch))
        {
            await SendAsync(batch);
            batch.Clear();
        }
    }

    private bool Take(List<Entry> batch)
    {
        lock (_gate)
        {
            while (batch.Count < MostInOneRequest && _waiting.TryDequeue(out var entry))
                batch.Add(entry);
            if (batch.Count == 0)
                _requests--;
            return batch.Count > 0;
        }
    }

    // Whatever happens is told to those who wait; nobody awaits the sending itself.
    private async Task SendAsync(List<Entry> batch)
    {
        try
        {
            var answer = await client.ProposeTaskRunStatesAsync(new TaskRunProposals([.. batch.Select(entry => entry.Proposal)]), CancellationToken.None);
            if (answer.Results.Count != batch.Count)
                throw new ApiException($"The API answered {batch.Count} proposals with {answer.Results.Count} verdicts", HttpStatusCode.OK);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Answer.TrySetResult(answer.Results[i]);
        }
        catch (ApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            client.Connection.Abilities.LacksTaskRunProposals = true;
            await Task.WhenAll(batch.Select(AnswerAloneAsync));
        }
        catch (ApiException e) when (batch.Count > 1 && e.Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
        {
            // One of them cannot be read, or together they are too large: the others must not fall with it.
            foreach (var entry in batch)
                await SendAsync([entry]);
        }
        catch (Exception e)
        {
            foreach (var entry in batch)
                entry.Answer.TrySetException(e);
        }
    }

    private async Task AnswerAloneAsync(Entry entry)
    {
        try
        {
            entry.Answer.TrySetResult(await ProposeAloneAsync(entry.Proposal, CancellationToken.None));
        }
        catch (Exception e)
        {
            entry.Answer.TrySetException(e);
        }
    }

    private async Task<TaskRunProposalResult> ProposeAloneAsync(TaskRunProposal proposal, CancellationToken ct)
    {
        await _singles.WaitAsync(ct);
        try
        {
            var made = proposal.TaskRun is { } run ? await client.CreateTaskRunAsync(run, ct) : null;
            var id = made?.Id ?? proposal.TaskRunId!.Value;
            if (proposal.State is not { } state)
                return new() { TaskRunId = id, Name = made!.Name, State = made.State, Status = OrchestrationStatus.Accept, Details = new() { Type = "accept_details" } };
            var result = await client.SetTaskRunStateAsync(id, Of(state, id), proposal.Force, ct);
            return new() { TaskRunId = id, Name = made?.Name, State = result.State, Status = result.Status, Details = result.Details };
        }
        finally
        {
            _singles.Release();
        }
    }

    // Prefect's server keeps what the details say of the run.
    private static StateCreate Of(StateCreate state, Guid id) => state with { StateDetails = (state.StateDetails ?? new()) with { TaskRunId = id } };

    private sealed class Entry(TaskRunProposal proposal)
    {
        public TaskRunProposal Proposal { get; } = proposal;

        public TaskCompletionSource<TaskRunProposalResult> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
