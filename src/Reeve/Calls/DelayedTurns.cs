using System.Collections.Concurrent;
using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Calls;

/// <summary>Runs delayed runs for a worker: claims one, reads its arguments, calls its method.</summary>
internal sealed class DelayedTurns(EngineSession session, string worker, CancellationToken halt)
{
    private readonly ConcurrentDictionary<Guid, bool> _running = new();

    public bool IsRunning(Guid run) => _running.ContainsKey(run);

    /// <returns>False when another worker has the run, or is to have it.</returns>
    public async Task<bool> RunAsync(TaskRun run, TaskDescriptor task)
    {
        _running[run.Id] = true;
        try
        {
            var logger = RunLogger.ForTaskRun(session, null, run.Id, run.Name, task.LogPrints ?? false);
            var proposals = new StateProposals((state, ct) => session.Client.SetTaskRunStateAsync(run.Id, state, force: false, ct), session.Time, logger);
            if (DelayedParameters.Of(run.State) is not { } parameters)
            {
                logger.Warning(ForeignRuns.Message(run));
                return false;
            }

            if (!await ClaimAsync(proposals, run, parameters))
                return false;
            var (arguments, fault) = Arguments(task, parameters);
            if (arguments is null)
            {
                logger.Error(fault!);
                await proposals.ProposeAsync(new StateCreate { Type = StateType.Failed, Message = fault, StateDetails = Details(run) }, CancellationToken.None);
                return true;
            }

            using var stop = new RunStop(null, halt);
            await TaskEngine.RunGivenAsync(session, task, run, arguments, logger, stop, token => task.Invoke!(arguments, token).AsTask());
            return true;
        }
        finally
        {
            _running.TryRemove(run.Id, out _);
        }
    }

    private async Task<bool> ClaimAsync(StateProposals proposals, TaskRun run, JsonElement parameters)
    {
        var claim = new StateCreate
        {
            Type = StateType.Pending,
            Name = "Pending",
            Message = $"Taken by task worker '{worker}'",
            Data = DelayedParameters.Data(parameters, worker),
            StateDetails = Details(run) with { Deferred = true },
        };
        try
        {
            return (await proposals.ProposeAsync(claim, halt)).IsAccepted;
        }
        catch (RunAbortedException)
        {
            return false; // somebody else has it, or it is over
        }
    }

    private static (object?[]? Arguments, string? Fault) Arguments(TaskDescriptor task, JsonElement parameters)
    {
        try
        {
            return (TaskArguments.Read(task, parameters), null);
        }
        catch (JsonException e)
        {
            return (null, e.Message);
        }
    }

    private static StateDetails Details(TaskRun run) => new() { TaskRunId = run.Id, TaskParametersId = run.State?.StateDetails.TaskParametersId };
}
