using System.Globalization;
using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve;

/// <summary>One pause or suspension of a flow run. What is asked and answered stands in the run's inputs, under keys that its state names.</summary>
internal sealed class FlowPause
{
    private readonly FlowRunContext _run;
    private readonly string _name;
    private readonly string _key;
    private readonly TimeSpan _timeout;
    private Dictionary<string, string>? _keys;

    public FlowPause(FlowRunContext run, string name, string? key, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        (_run, _name, _timeout) = (run, name, timeout);
        var number = run.NextPause();
        _key = key ?? number.ToString(CultureInfo.InvariantCulture);
        if (_key.Length is 0 or > 200 || !_key.All(sign => char.IsAsciiLetterOrDigit(sign) || sign == '-'))
            throw new ArgumentException($"The key of a pause has letters, digits and dashes only; '{_key}' has not.", nameof(key));
    }

    /// <summary>Leaves the schema of the answer for whoever resumes the run; before the pause, so that nobody finds a pause without it.</summary>
    public async Task AskAsync(JsonElement schema, string? description, CancellationToken ct)
    {
        var start = $"{_name.ToLowerInvariant()}-{_key}";
        _keys = new() { ["description"] = $"{start}-description", ["response"] = $"{start}-response", ["schema"] = $"{start}-schema" };
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_run.CancellationToken, ct);
        // Taken keys are those of this very pause, met in an earlier attempt.
        await _run.Client.CreateFlowRunInputAsync(_run.Id, new FlowRunInputCreate(_keys["schema"], schema.GetRawText()), either.Token);
        if (description is not null)
            await _run.Client.CreateFlowRunInputAsync(_run.Id, new FlowRunInputCreate(_keys["description"], JsonSerializer.Serialize(description, Protocol.WireJson.TypeInfo<string>())), either.Token);
    }

    public async Task PauseAsync(CancellationToken ct)
    {
        if (await EnterAsync(reschedule: false, ct) is not { } paused)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_run.CancellationToken, ct);
        var time = _run.Session.Time;
        var over = paused.StateDetails.PauseTimeout ?? time.GetUtcNow() + _timeout;
        _run.Logger.Info($"Paused, until {over.UtcDateTime:u} at the latest. Resume it with: {Settings.CommandName.Text} flow-run resume {_run.Name}{(_keys is null ? "" : " --input '{…}'")}");
        while (true)
        {
            await Task.Delay(_run.Session.PausePoll, time, either.Token);
            var state = (await _run.Client.FindFlowRunAsync(_run.Id, either.Token))?.State ?? throw new RunAbortedException("The flow run was deleted while it was paused.");
            if (state.Type == StateType.Running)
            {
                _run.Logger.Info("Resumed");
                return;
            }

            ThrowIfOver(state, isLate: time.GetUtcNow() > over);
        }
    }

    public async Task SuspendAsync(CancellationToken ct)
    {
        if (await EnterAsync(reschedule: true, ct) is null)
            return;
        _run.IsSuspended = true;
        throw new FlowSuspendedException(_run.Name);
    }

    public async Task<T> AnswerAsync<T>(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_run.CancellationToken, ct);
        var key = _keys!["response"];
        var found = await _run.Client.FindFlowRunInputsAsync(_run.Id, new FlowRunInputFilter(key, 10), either.Token);
        // Servers keep no answer when nothing was said: then the defaults are meant.
        var said = found.Find(input => input.Key == key)?.Value ?? "{}";
        return InputSchema.Read<T>(said, $"The input that '{_run.Name}' was resumed with");
    }

    /// <returns>The state that holds; null when this pause was passed before.</returns>
    private async Task<State?> EnterAsync(bool reschedule, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_run.CancellationToken, ct);
        var proposals = new StateProposals((state, token) => _run.Client.SetFlowRunStateAsync(_run.Id, state, force: false, token), _run.Session.Time, _run.Logger);
        var proposed = new StateCreate
        {
            Type = StateType.Paused,
            Name = _name,
            StateDetails = new StateDetails
            {
                FlowRunId = _run.Id,
                PauseTimeout = _run.Session.Time.GetUtcNow() + _timeout,
                PauseKey = _key,
                PauseReschedule = reschedule,
                RunInputKeyset = _keys,
            },
        };
        var (held, isAccepted) = await proposals.ProposeAsync(proposed, either.Token);
        if (isAccepted)
            return held;
        if (held.Type == StateType.Running)
            return null;
        ThrowIfOver(held, isLate: false);
        throw new RunAbortedException($"The run cannot become {_name}: it is {held.Name}.");
    }

    private void ThrowIfOver(State state, bool isLate)
    {
        if (state.Type is StateType.Cancelling or StateType.Cancelled)
        {
            _run.Stop.Request(StopCause.Cancelled, "Cancelled on request");
            throw new OperationCanceledException("The run was cancelled while it was paused.", _run.Stop.Token);
        }

        if (isLate || state.Type == StateType.Failed)
            throw new TimeoutException($"The flow run was {_name.ToLowerInvariant()} and never resumed within {_timeout.TotalSeconds:0.#} second(s).");
        if (state.Type != StateType.Paused)
            throw new RunAbortedException($"The flow run became {state.Name} while it was {_name.ToLowerInvariant()}.");
    }
}
