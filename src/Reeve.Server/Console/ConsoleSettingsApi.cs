using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Hosting;

namespace Reeve.Server.Console;

/// <summary>What a web console asks before anything else: where the API is and how to speak to it.</summary>
internal sealed class ConsoleSettingsApi(ServerOptions options)
{
    internal void Map(IEndpointRouteBuilder root) =>
        root.MapGet("/ui-settings", ReadAsync).Says("Where a web console finds the API and how it speaks to it.").Answers<JsonElement>();

    private Task ReadAsync(HttpContext http)
    {
        var request = http.Request;
        var settings = new JsonObject
        {
            ["api_url"] = options.ConsoleApiUrl ?? $"{request.Scheme}://{request.Host}{request.PathBase}/api",
            ["csrf_enabled"] = options.CsrfProtection,
            ["auth"] = options.ApiAuthentication is null ? null : "BASIC",
            ["flags"] = new JsonArray(),
            ["default_ui"] = "v1",
            ["available_uis"] = options.ServeConsole ? new JsonArray("v1") : [],
            ["v1_base_url"] = request.PathBase.HasValue ? request.PathBase.Value : "/",
            ["v2_base_url"] = null,
        };
        using var document = JsonDocument.Parse(settings.ToJsonString());
        return http.AnswerAsync(document.RootElement);
    }
}
