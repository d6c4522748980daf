using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Runs;
using Reeve.Server.FlowRuns;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.Storage;

namespace Reeve.Server.TaskRuns;

/// <summary><c>/task_runs</c></summary>
internal sealed class TaskRunsApi(Database database, TaskRunsStore runs, Orchestrator orchestrator, TimeProvider clock)
{
    private const int MostDelays = 50;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/task_runs", CreateAsync).Says("Makes a task run in its first state; a known key answers 200.").Takes<TaskRunCreate>().Answers<TaskRun>(201, 200).Answers(404, 409);
        api.MapGet("/task_runs/{id}", ReadAsync).Says("Reads a task run.").Answers<TaskRun>().Answers(404);
        api.MapPatch("/task_runs/{id}", UpdateAsync).Says("Renames a task run.").Takes<TaskRunRename>().Answers(204, 404);
        api.MapDelete("/task_runs/{id}", DeleteAsync).Says("Deletes a task run with its history and logs.").Answers(204, 404);
        api.MapPost("/task_runs/{id}/set_state", SetStateAsync).Says("Proposes a state; 201 if one was stored, 200 if the present one stays.")
            .Takes<SetState>().Answers<OrchestrationResult>(201, 200).Answers(404, 409);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TaskRunCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body);
        var (run, token) = (TaskRunsStore.New(body, clock.Now()), http.Request.LeaseToken());
        try
        {
            var (created, isNew, superseded) = await database.WriteAsync(
                async session =>
                {
                    if (await FlowRunLeases.FenceAsync(session, body.FlowRunId, token).ConfigureAwait(false) is { } refused)
                        return (null, false, refused);
                    var (stored, added) = await runs.CreateAsync(session, run).ConfigureAwait(false);
                    return ((TaskRun?)stored, added, (string?)null);
                },
                http.RequestAborted).ConfigureAwait(false);
            await (superseded is not null
                ? http.ConflictAsync(superseded)
                : !isNew && created!.DynamicKey != run.DynamicKey
                ? http.ConflictAsync($"Another task run has the id {run.Id}.")
                : http.AnswerAsync(created!, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)).ConfigureAwait(false);
        }
        catch (StorageException fault) when (fault.IsForeignKeyViolation)
        {
            await http.NotFoundAsync($"Flow run {body.FlowRunId} not found").ConfigureAwait(false);
        }
    }

    /// <exception cref="InvalidRequestException">The policy of the run to be made has no sense.</exception>
    internal static void Check(TaskRunCreate body)
    {
        if (!IsDelay(body.EmpiricalPolicy?.RetryDelay))
            throw new InvalidRequestException("body.empirical_policy.retry_delay", "Input should be a number of seconds, or a list of them", "float_type");
        if (body.EmpiricalPolicy?.RetryDelay is { ValueKind: JsonValueKind.Array } delays && delays.GetArrayLength() > MostDelays)
            throw new InvalidRequestException("body.empirical_policy.retry_delay", $"Value error, Can not configure more than {MostDelays} retry delays per task.");
        if (body.EmpiricalPolicy?.RetryJitterFactor < 0)
            throw new InvalidRequestException("body.empirical_policy.retry_jitter_factor", "Value error, `retry_jitter_factor` must be >= 0.");
    }

    private static bool IsDelay(JsonElement? delay) => delay is not { } given || given.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.Number => true,
        JsonValueKind.Array => given.EnumerateArray().All(one => one.ValueKind == JsonValueKind.Number),
        _ => false,
    };

    private async Task ReadAsync(HttpContext http)
    {
        var run = await database.ReadAsync(session => runs.ReadAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (run is null ? http.NotFoundAsync("Task run not found") : http.AnswerAsync(run)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<TaskRunRename>(http.RequestAborted).ConfigureAwait(false);
        var found = await database.WriteAsync(session => runs.RenameAsync(session, http.Id(), body.Name), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Task run not found")).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var found = await database.WriteAsync(session => runs.DeleteAsync(session, http.Id()), http.RequestAborted).ConfigureAwait(false);
        await (found ? http.NoContentAsync() : http.NotFoundAsync("Task run not found")).ConfigureAwait(false);
    }

    private async Task SetStateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<SetState>(http.RequestAborted).ConfigureAwait(false);
        var outcome = await orchestrator.ProposeTaskRunStateAsync(http.Id(), body, http.Request.LeaseToken(), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, "Task run").ConfigureAwait(false);
    }
}

/// <summary>The body of <c>PATCH /task_runs/{id}</c>.</summary>
internal sealed record TaskRunRename(string? Name = null);
