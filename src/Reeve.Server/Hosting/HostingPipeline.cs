using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Reeve.Server.Console;
using Reeve.Server.Events;

namespace Reeve.Server.Hosting;

/// <summary>What every request passes before its route: log, proxy, faults, addresses, origins, authentication.</summary>
internal static class HostingPipeline
{
    internal static void AddHosting(this WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", (LogLevel)Math.Max((int)options.LogLevel, (int)LogLevel.Warning));
        if (options.Logging is { } logging)
            logging(builder.Logging);
        else if (options.LogAsJson)
            builder.Logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
        else
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.LargestBody;
        });
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://{options.Host}:{options.Port}"));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.LongestStop);
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded => Trust(forwarded, options.TrustedProxies));
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => Allow(policy, options)));
        builder.Services.AddSingleton(options).AddSingleton(options.Clock).AddSingleton(new BasicAuthentication(options.ApiAuthentication));
        builder.Services.AddSingleton(options.Scheduling).AddSingleton(options.Lateness).AddSingleton(options.WorkerHealth).AddSingleton(options.Upkeep).AddSingleton(options.Slots);
        builder.Services.AddSingleton<CsrfTokens>().AddSingleton<IHostLifetime, CallerLifetime>();
    }

    internal static void UseHosting(this WebApplication app, ServerOptions options)
    {
        app.UseMiddleware<RequestLog>();
        app.UseForwardedHeaders();
        app.UseMiddleware<ProblemAnswers>();
        app.UseMiddleware<BasePaths>();
        app.UseMiddleware<WorkspaceAddress>();
        app.Use(PingGate.For(EventSockets.InPath));
        app.Use(SocketOrigins(options));
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(20), KeepAliveTimeout = TimeSpan.FromSeconds(40) });
        app.UseRouting();
        app.UseCors();
        app.Use(app.Services.GetRequiredService<BasicAuthentication>().Middleware);
        app.Use(ApiVersion.CheckAsync);
        app.Use(app.Services.GetRequiredService<CsrfTokens>().Middleware);
        if (options.ServeConsole)
            app.Use(app.Services.GetRequiredService<ConsoleApi>().Middleware);
    }

    private static void Allow(CorsPolicyBuilder policy, ServerOptions options)
    {
        _ = options.CorsOrigins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. options.CorsOrigins]);
        _ = options.CorsMethods.Contains("*") ? policy.AllowAnyMethod() : policy.WithMethods([.. options.CorsMethods]);
        _ = options.CorsHeaders.Contains("*") ? policy.AllowAnyHeader() : policy.WithHeaders([.. options.CorsHeaders]);
    }

    /// <summary>
    /// Browsers ask nobody before they open a websocket for a page: whose pages may call is up to the server to look at. Programs name no origin, and the console names the
    /// server's own.
    /// </summary>
    private static Func<RequestDelegate, RequestDelegate> SocketOrigins(ServerOptions options) => next => http =>
        options.CorsOrigins.Contains("*") || http.Request.Headers.Upgrade.Count == 0 || http.Request.Headers.Origin.ToString() is not { Length: > 0 } origin
        || options.CorsOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase))
            ? next(http)
            : http.ProblemAsync(StatusCodes.Status403Forbidden, "Pages of this origin may not call the API; see the setting of the allowed origins.");

    // unless told otherwise a proxy on this machine is believed who the caller is, and nobody by which address he called: that ends up in pages
    private static void Trust(ForwardedHeadersOptions forwarded, IReadOnlyList<string> proxies)
    {
        forwarded.ForwardedHeaders = proxies.Count == 0 ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto : ForwardedHeaders.All;
        foreach (var proxy in proxies)
        {
            if (proxy == "*")
            {
                forwarded.KnownIPNetworks.Clear();
                forwarded.KnownProxies.Clear();
                return;
            }
            if (proxy.Contains('/', StringComparison.Ordinal))
                forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            else
                forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
        }
    }
}
