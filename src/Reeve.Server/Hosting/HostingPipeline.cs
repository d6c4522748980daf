using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting;
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
        builder.Services.AddSingleton(options.Scheduling).AddSingleton(options.Lateness).AddSingleton(options.WorkerHealth).AddSingleton(options.Slots);
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

    // unless told otherwise only a proxy on this machine is believed
    private static void Trust(ForwardedHeadersOptions forwarded, IReadOnlyList<string> proxies)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.All;
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
