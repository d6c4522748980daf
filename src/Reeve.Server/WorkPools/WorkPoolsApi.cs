using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.WorkPools;
using Reeve.Server.Filters;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.WorkPools;

/// <summary><c>/work_pools</c>: the pools and their workers.</summary>
internal sealed class WorkPoolsApi(Database database, WorkPoolsStore pools, WorkersStore workers)
{
    private const int LongestInterval = 86400;
    private const string Reserved = "Worker pools starting with 'Prefect' are reserved for internal use: choose another name.";

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/work_pools", CreateAsync).Says("Makes a work pool with its default queue.").Takes<WorkPoolCreate>().Answers<WorkPool>(201).Answers(403, 404, 409);
        api.MapPost("/work_pools/filter", FilterAsync).Says("Finds work pools.").Takes<Query>(required: false).Answers<List<WorkPool>>();
        api.MapPost("/work_pools/count", CountAsync).Says("Counts work pools.").Takes<Query>(required: false).Answers<long>();
        api.MapGet("/work_pools/{name}", ReadAsync).Says("Reads a work pool.").Answers<WorkPool>().Answers(404);
        api.MapPatch("/work_pools/{name}", UpdateAsync).Says("Changes what is given of a work pool.").Takes<WorkPoolUpdate>().Answers(204, 403, 404);
        api.MapDelete("/work_pools/{name}", DeleteAsync).Says("Deletes a work pool with its queues.").Answers(204, 403, 404);
        api.MapPost("/work_pools/{work_pool_name}/workers/heartbeat", HeartbeatAsync).Says("Notes that a worker is there.").Takes<WorkerHeartbeat>().Answers(204, 404);
        api.MapPost("/work_pools/{work_pool_name}/workers/filter", FilterWorkersAsync).Says("Finds workers of a pool.").Takes<Query>(required: false).Answers<List<Worker>>().Answers(404);
        api.MapDelete("/work_pools/{work_pool_name}/workers/{name}", DeleteWorkerAsync).Says("Forgets a worker.").Answers(204, 404);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await http.Request.ReadWireAsync<WorkPoolCreate>(http.RequestAborted).ConfigureAwait(false);
        Check(body);
        if (IsReserved(body.Name))
        {
            await http.DoneAsync(Refusal.Forbidden(Reserved)).ConfigureAwait(false);
            return;
        }
        var outcome = await database.WriteAsync<Outcome<WorkPool>>(
            async session => await JobVariables.RefuseDefaultsAsync(session, body.BaseJobTemplate).ConfigureAwait(false) is { } refusal
                ? refusal
                : await pools.CreateAsync(session, body).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var name = http.Route("name");
        var pool = await database.ReadAsync(session => pools.ReadAsync(session, name), http.RequestAborted).ConfigureAwait(false);
        await (pool is null ? http.DoneAsync(WorkPoolsStore.NotFound(name)) : http.AnswerAsync(pool)).ConfigureAwait(false);
    }

    private async Task FilterAsync(HttpContext http)
    {
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => pools.FilterAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task CountAsync(HttpContext http)
    {
        var query = await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(await database.ReadAsync(session => pools.CountAsync(session, query), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var name = http.Route("name");
        var body = await http.Request.ReadWireAsync<WorkPoolUpdate>(http.RequestAborted).ConfigureAwait(false);
        if (JobTemplate.Fault(body.BaseJobTemplate.Value) is { } fault)
            throw new InvalidRequestException("body.base_job_template", fault);
        CheckLimit(body.ConcurrencyLimit.Value);
        if (UnknownParts(body.StorageConfiguration.Value).ToList() is { Count: > 0 } unknown)
            throw new InvalidRequestException(unknown);
        // pools that the maker of the clients manages may only be paused and limited
        if (IsReserved(name) && (body.Description.IsGiven || body.BaseJobTemplate.IsGiven || body.StorageConfiguration.IsGiven))
        {
            await http.DoneAsync(Refusal.Forbidden(Reserved)).ConfigureAwait(false);
            return;
        }
        var refusal = await database.WriteAsync(
            async session => await pools.ReadAsync(session, name).ConfigureAwait(false) is null
                ? WorkPoolsStore.NotFound(name)
                : await JobVariables.RefuseDefaultsAsync(session, body.BaseJobTemplate.Value).ConfigureAwait(false) ?? await pools.UpdateAsync(session, name, body).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var name = http.Route("name");
        if (IsReserved(name))
        {
            await http.DoneAsync(Refusal.Forbidden(Reserved)).ConfigureAwait(false);
            return;
        }
        await http.DoneAsync(await database.WriteAsync(session => pools.DeleteAsync(session, name), http.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task HeartbeatAsync(HttpContext http)
    {
        var name = http.Route("work_pool_name");
        var body = await http.Request.ReadWireAsync<WorkerHeartbeat>(http.RequestAborted).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(body.Name))
            throw new InvalidRequestException("body.name", "Field required", "missing");
        if (body.HeartbeatIntervalSeconds is { } interval && !(interval > 0 && interval <= LongestInterval))
            throw new InvalidRequestException("body.heartbeat_interval_seconds", $"Input should be above 0 and at most {LongestInterval}");
        var refusal = await database.WriteAsync(
            async session =>
            {
                if (await pools.ReadAsync(session, name).ConfigureAwait(false) is not { } pool)
                    return WorkPoolsStore.NotFound(name);
                await workers.HeartbeatAsync(session, pool.Id, body).ConfigureAwait(false);
                return (Refusal?)null;
            },
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    private async Task FilterWorkersAsync(HttpContext http)
    {
        var name = http.Route("work_pool_name");
        var query = await http.ReadPageAsync().ConfigureAwait(false);
        var outcome = await database.ReadAsync<Outcome<List<Worker>>>(
            async session => await pools.ReadAsync(session, name).ConfigureAwait(false) is { } pool
                ? await workers.FilterAsync(session, pool.Id, query).ConfigureAwait(false)
                : WorkPoolsStore.NotFound(name),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(outcome).ConfigureAwait(false);
    }

    private async Task DeleteWorkerAsync(HttpContext http)
    {
        var (name, worker) = (http.Route("work_pool_name"), http.Route("name"));
        var refusal = await database.WriteAsync(
            async session => await pools.ReadAsync(session, name).ConfigureAwait(false) is not { } pool
                ? WorkPoolsStore.NotFound(name)
                : await workers.DeleteAsync(session, pool.Id, worker).ConfigureAwait(false) ? null : Refusal.NotFound($"Worker \"{worker}\" not found in work pool \"{name}\"."),
            http.RequestAborted).ConfigureAwait(false);
        await http.DoneAsync(refusal).ConfigureAwait(false);
    }

    internal static bool IsReserved(string name) => name.StartsWith("prefect", StringComparison.OrdinalIgnoreCase);

    private static void Check(WorkPoolCreate pool)
    {
        List<Fault> faults = [];
        if (Naming.Fault(pool.Name) is { } unnamed)
            faults.Add(unnamed);
        faults.AddRange(UnknownParts(pool.StorageConfiguration));
        if (JobTemplate.Fault(pool.BaseJobTemplate) is { } fault)
            faults.Add(new(["body", "base_job_template"], fault, "value_error"));
        if (pool.ConcurrencyLimit < 0)
            faults.Add(new(["body", "concurrency_limit"], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (faults.Count > 0)
            throw new InvalidRequestException(faults);
    }

    // a misspelt part would silently leave runs without their storage
    private static IEnumerable<Fault> UnknownParts(JsonElement? storage) => storage is not { ValueKind: JsonValueKind.Object } given
        ? []
        : given.EnumerateObject().Where(part => !WorkPoolsStore.StorageParts.Contains(part.Name))
            .Select(part => new Fault(["body", "storage_configuration", part.Name], "Extra inputs are not permitted", "extra_forbidden"));

    private static void CheckLimit(int? limit)
    {
        if (limit < 0)
            throw new InvalidRequestException("body.concurrency_limit", "Input should be greater than or equal to 0", "greater_than_equal");
    }
}
