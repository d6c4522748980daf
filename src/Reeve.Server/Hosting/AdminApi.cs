using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>Version, health, and what clients ask before their first write.</summary>
internal sealed class AdminApi(Database database)
{
    /// <summary>The header by which Reeve's own clients learn whom they talk to.</summary>
    internal const string VersionHeader = "X-Reeve-Version";

    private static readonly string Version = typeof(AdminApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/health", http => http.AnswerAsync(true));
        api.MapGet("/ready", ReadyAsync);
        api.MapGet("/admin/version", ReadVersionAsync);
        api.MapGet("/version", ReadVersionAsync);
        api.MapGet("/csrf-token", http => http.ProblemAsync(StatusCodes.Status422UnprocessableEntity, "CSRF protection is disabled."));
        api.MapGet("/admin/storage", ReadStorageAsync);
        api.MapPut("/admin/storage", WriteStorageAsync);
        api.MapDelete("/admin/storage", ClearStorageAsync);
    }

    private async Task ReadyAsync(HttpContext http)
    {
        await database.ReadAsync(session => session.ScalarAsync("select 1"), http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(true).ConfigureAwait(false);
    }

    private static Task ReadVersionAsync(HttpContext http)
    {
        http.Response.Headers[VersionHeader] = Version;
        return http.AnswerAsync(ClientLine.IsTwo(http.Request) ? ClientLine.VersionOf2 : ClientLine.VersionOf3);
    }

    private async Task ReadStorageAsync(HttpContext http)
    {
        var stored = await database.ReadAsync(
            session => session.QueryFirstAsync("select value from configuration where key = 'result_storage'", row => row.Json(0, ServerJson.Default.StorageDefault)),
            http.RequestAborted).ConfigureAwait(false);
        await http.AnswerAsync(stored ?? new StorageDefault(null)).ConfigureAwait(false);
    }

    private async Task WriteStorageAsync(HttpContext http)
    {
        var wanted = await http.Request.ReadWireAsync<StorageDefault>(http.RequestAborted).ConfigureAwait(false);
        await database.WriteAsync(
            async session => await session.ExecuteAsync(
                """
                insert into configuration (key, value) values ('result_storage', @value)
                on conflict (key) do update set value = excluded.value
                """,
                ("value", SqlValue.Json(wanted, ServerJson.Default.StorageDefault))).ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }

    private async Task ClearStorageAsync(HttpContext http)
    {
        await database.WriteAsync(
            async session => await session.ExecuteAsync("delete from configuration where key = 'result_storage'").ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }
}
