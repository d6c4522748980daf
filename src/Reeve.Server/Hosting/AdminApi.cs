using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>Version, health, settings, and what clients ask before their first write.</summary>
internal sealed class AdminApi(Database database, CsrfTokens csrf, ServerOptions options)
{
    /// <summary>The header by which Reeve's own clients learn whom they talk to.</summary>
    internal const string VersionHeader = "X-Reeve-Version";

    private static readonly string Version = typeof(AdminApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/health", http => http.AnswerAsync(true)).Says("Whether the server answers; asks for no authentication.").Answers<bool>();
        api.MapGet("/ready", ReadyAsync).Says("Whether the server can use its database; asks for no authentication.").Answers<bool>().Answers(503);
        api.MapGet("/hello", http => http.AnswerAsync("👋")).Says("Greets.").Answers<string>();
        api.MapGet("/admin/version", ReadVersionAsync).Says("The version that clients of the caller's line expect.").Answers<string>();
        api.MapGet("/version", ReadVersionAsync).Says("The version that clients of the caller's line expect.").Answers<string>();
        api.MapGet("/csrf-token", csrf.CreateAsync).Says("A token to show with every write, where protection against forged requests is on.").Key<string>("client", required: true).Answers<CsrfToken>().Answers(422);
        api.MapGet("/admin/settings", ReadSettingsAsync).Says("The settings in force, secrets hidden.").Answers<JsonElement>();
        api.MapGet("/admin/storage", ReadStorageAsync).Says("Where results are stored unless a flow says otherwise.").Answers<StorageDefault>();
        api.MapPut("/admin/storage", WriteStorageAsync).Says("Sets the block by which results are stored.").Takes<StorageDefaultUpdate>().Answers<StorageDefault>().Answers(404);
        api.MapDelete("/admin/storage", ClearStorageAsync).Says("Forgets the block by which results are stored.").Answers(204);
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

    private Task ReadSettingsAsync(HttpContext http)
    {
        using var settings = JsonDocument.Parse(ServerSettingsView.Of(options, database.Dialect).ToJsonString());
        return http.AnswerAsync(settings.RootElement);
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
        var wanted = await http.Request.ReadWireAsync<StorageDefaultUpdate>(http.RequestAborted).ConfigureAwait(false);
        var id = wanted.DefaultResultStorageBlockId;
        var capabilities = await database.WriteAsync(
            async session =>
            {
                var found = await session.QueryFirstAsync(
                    "select s.capabilities from block_document d join block_schema s on s.id = d.block_schema_id where d.id = @id", static row => row.Element(0).GetRawText(), ("id", id)).ConfigureAwait(false);
                if (found is not null && found.Contains("\"write-path\"", StringComparison.Ordinal))
                {
                    await session.ExecuteAsync(
                        """
                        insert into configuration (key, value) values ('result_storage', @value)
                        on conflict (key) do update set value = excluded.value
                        """,
                        ("value", SqlValue.Json(new StorageDefault(id), ServerJson.Default.StorageDefault))).ConfigureAwait(false);
                }
                return found;
            },
            http.RequestAborted).ConfigureAwait(false);
        if (capabilities is null)
            await http.NotFoundAsync($"Block document {id} not found.").ConfigureAwait(false);
        else if (!capabilities.Contains("\"write-path\"", StringComparison.Ordinal))
            throw new InvalidRequestException("body.default_result_storage_block_id", $"Block document {id} cannot store results: its kind lacks the capability write-path.");
        else
            await http.AnswerAsync(new StorageDefault(id)).ConfigureAwait(false);
    }

    private async Task ClearStorageAsync(HttpContext http)
    {
        await database.WriteAsync(
            async session => await session.ExecuteAsync("delete from configuration where key = 'result_storage'").ConfigureAwait(false),
            http.RequestAborted).ConfigureAwait(false);
        await http.NoContentAsync().ConfigureAwait(false);
    }
}
