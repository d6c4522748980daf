using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;

namespace Reeve.Spooling;

/// <summary>
/// Proposes states, and lets runs go on when the API is away for longer than a limit: a state that needs no verdict is kept on the disk before its run goes on, and told, in
/// order, when the API is back. What needs a verdict waits. Each proposal has a transition id, by which the API knows one that it was told twice.
/// </summary>
internal sealed class LateStates : IAsyncDisposable
{
    private readonly ApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly LateStateSending _sending;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private List<Entry> _waiting = [];
    private TaskCompletionSource _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _returning = Task.CompletedTask;
    private Task _left = Task.CompletedTask;
    private SpoolFile? _file;
    private volatile bool _isAway;
    private bool _isWriting;
    private Exception? _failure;
    private int _kept;

    public LateStates(ApiConnection connection, string home, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _sending = new LateStateSending(connection);
        Folder = FolderOf(home, connection.ApiUrl);
        _path = Path.Combine(Folder, $"{Ids.New(time.GetUtcNow())}.states");
    }

    /// <summary>Where the states of this home's processes are kept for this API, a file for each process.</summary>
    public string Folder { get; }

    /// <summary>Where a home's processes keep the states that an API is to be told.</summary>
    public static string FolderOf(string home, Uri api) => Path.Combine(LeftBehind.FolderOf(home, api), "states");

    /// <summary>True from the moment that the API was away for too long until it was told all that it missed.</summary>
    public bool IsAway => _isAway;

    /// <summary>Proposes a task run's state.</summary>
    /// <exception cref="ApiException">The proposal was refused without a verdict, or the API did not come back.</exception>
    public Task<TaskRunProposalResult> ProposeAsync(OrchestrationClient client, TaskRunProposal proposal, bool needsAnswer, CancellationToken ct)
    {
        return _isAway ? LateAsync(null) : ProposeAsync();

        async Task<TaskRunProposalResult> ProposeAsync()
        {
            try
            {
                return await client.TaskRunProposals.ProposeAsync(proposal, ct);
            }
            catch (Exception e) when (MayComeLater(e, proposal.State, needsAnswer, ct))
            {
                return await LateAsync(e);
            }
        }

        Task<TaskRunProposalResult> LateAsync(Exception? failure) => LaterAsync(
            failure,
            needsAnswer ? null : now => new LateState(client.Connection.Lease, proposal with { Entered = now }),
            now => new TaskRunProposalResult
            {
                TaskRunId = proposal.TaskRun?.Id ?? proposal.TaskRunId,
                State = Held(proposal.State!, now),
                Status = OrchestrationStatus.Accept,
                Details = new() { Type = "accept_details" },
            },
            token => client.TaskRunProposals.ProposeAsync(proposal, token),
            ct);
    }

    /// <summary>Proposes a flow run's state.</summary>
    /// <exception cref="ApiException">As above.</exception>
    public async Task<OrchestrationResult> ProposeAsync(OrchestrationClient client, Guid flowRunId, StateCreate state, bool needsAnswer, CancellationToken ct)
    {
        Exception? failure = null;
        try
        {
            if (!_isAway)
                return await client.Brief.SetFlowRunStateAsync(flowRunId, state, force: false, ct);
        }
        catch (Exception e) when (MayComeLater(e, state, needsAnswer, ct))
        {
            failure = e;
        }

        return await LaterAsync(
            failure,
            needsAnswer ? null : now => new LateState(client.Connection.Lease, null, flowRunId, new SetState(state) { Entered = now }),
            now => new OrchestrationResult { State = Held(state, now), Status = OrchestrationStatus.Accept, Details = new() { Type = "accept_details" } },
            token => client.Brief.SetFlowRunStateAsync(flowRunId, state, force: false, token),
            ct);
    }

    /// <summary>Begins to tell what ended processes of this home have left.</summary>
    public void SendLeft()
    {
        if (Directory.Exists(Path.GetDirectoryName(Folder)))
            _left = Task.Run(() => SendLeftAsync(_stop.Token));
    }

    /// <summary>Tells what ended processes of this home have left.</summary>
    /// <returns>False when the API is away: it stays.</returns>
    public async Task<bool> SendLeftAsync(CancellationToken ct)
    {
        try
        {
            await LeftBehind.SendAsync(_connection, Path.GetDirectoryName(Folder)!, ct);
            return true;
        }
        catch (Exception e) when (e is ApiException or OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Waits until all that was kept is told, but not longer than <paramref name="limit"/>; the rest is left to the next process.</summary>
    public async Task FlushAsync(TimeSpan limit)
    {
        try
        {
            if (_isAway)
                await Task.WhenAll(TryReturnAsync(_stop.Token), _back.Task).WaitAsync(limit, _time);
            await _left.WaitAsync(limit, _time);
        }
        catch (TimeoutException)
        {
            if (_file is { IsEmpty: false })
                await Console.Error.WriteLineAsync($"The API at {_connection.ApiUrl} is away. {_kept} state(s) of runs are kept in {Folder}, and the next process of this home that reaches it tells them.");
        }
    }

    private bool MayComeLater(Exception e, StateCreate? state, bool needsAnswer, CancellationToken ct) => e switch
    {
        ApiException api => state is not null && (api.Status is not { } status || RetryPolicy.IsTransient(status)),
        // The time for a last word is over.
        OperationCanceledException => ct.IsCancellationRequested && !needsAnswer && state?.Type.IsTerminal() == true,
        _ => false,
    };

    private async Task<T> LaterAsync<T>(Exception? failure, Func<DateTimeOffset, LateState>? late, Func<DateTimeOffset, T> held, Func<CancellationToken, Task<T>> propose, CancellationToken ct)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            if (failure is not null)
                BeAway(failure);
            var now = _time.GetUtcNow();
            if (late is not null && await TryKeepAsync(late(now)))
                return held(now);
            try
            {
                await _back.Task.WaitAsync(_connection.Retry.Patience, _time, ct);
                return await propose(ct);
            }
            catch (ApiException e) when ((e.Status is not { } status || RetryPolicy.IsTransient(status)) && _time.GetElapsedTime(began) < _connection.Retry.Patience)
            {
                failure = e;
            }
            catch (TimeoutException)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure ?? _failure!);
            }
        }
    }

    private void BeAway(Exception failure)
    {
        lock (_gate)
        {
            if (_isAway)
                return;
            _isAway = true;
            _failure = failure;
            _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _returning = Task.Run(() => ReturnAsync(_stop.Token));
        }

        Console.Error.WriteLine($"The API at {_connection.ApiUrl} is away: {failure.Message} Runs go on where no answer is needed; their states are kept in {Folder}.");
    }

    /// <summary>Keeps a state durably.</summary>
    /// <returns>False when the API is back, or the disk does not take it.</returns>
    private async Task<bool> TryKeepAsync(LateState state)
    {
        var entry = new Entry(state);
        lock (_gate)
        {
            if (!_isAway)
                return false;
            _waiting.Add(entry);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteWhatWaits, CancellationToken.None);
            }
        }

        return await entry.IsKept.Task;
    }

    // States that arise while others are written go to the disk together.
    private void WriteWhatWaits()
    {
        while (true)
        {
            List<Entry> batch;
            lock (_gate)
            {
                (batch, _waiting) = (_waiting, []);
                if (batch.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
            }

            var isKept = TryWrite(batch);
            batch.ForEach(entry => entry.IsKept.SetResult(isKept));
        }
    }

    private bool TryWrite(List<Entry> batch)
    {
        try
        {
            _file ??= SpoolFile.Create(_path);
            if (!_file.TryAdd(batch.Select(entry => entry.State.ToBytes())))
                return false;
            _kept += batch.Count;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private async Task ReturnAsync(CancellationToken ct)
    {
        try
        {
            for (var attempt = 1; _isAway; attempt++)
            {
                await Task.Delay(_connection.Retry.Pause(attempt, null), _time, ct);
                await TryReturnAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Disposed: what is left is in the file.
        }
    }

    private async Task TryReturnAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            while (_isAway)
            {
                if (_file is { IsEmpty: false } file)
                    await _sending.SendAsync(file, ct);
                else
                    await LeftBehind.AskAsync(_connection, ct);
                BeBackIfAllIsTold();
            }
        }
        catch (Exception e) when (e is ApiException or IOException)
        {
            // Not yet.
        }
        finally
        {
            _turn.Release();
        }
    }

    private void BeBackIfAllIsTold()
    {
        lock (_gate)
        {
            if (_isWriting || _file is { IsEmpty: false })
                return;
            _isAway = false;
            _kept = 0;
            _back.TrySetResult();
        }
    }

    private static State Held(StateCreate state, DateTimeOffset now) => new()
    {
        Id = Ids.New(now),
        Type = state.Type,
        Name = state.Name ?? state.Type.DefaultName(),
        Timestamp = now,
        Message = state.Message,
        Data = state.Data,
        StateDetails = state.StateDetails ?? new(),
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_returning, _left);
        _file?.Dispose();
        _stop.Dispose();
        _turn.Dispose();
    }

    private sealed class Entry(LateState state)
    {
        public LateState State { get; } = state;

        public TaskCompletionSource<bool> IsKept { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
