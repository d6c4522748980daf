using Microsoft.AspNetCore.Http;

namespace Reeve.Server.Hosting;

/// <summary>Clients of a hosted service say <c>/api/accounts/{a}/workspaces/{w}/…</c>; here it is the same as <c>/api/…</c>.</summary>
internal sealed class WorkspaceAddress(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/api/accounts", out var rest) && rest.Value!.Split('/', 5) is ["", _, "workspaces", _, ..] parts)
            http.Request.Path = "/api" + (parts.Length == 5 ? "/" + parts[4] : "");
        return next(http);
    }
}
