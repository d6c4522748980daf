using System.CommandLine;
using Microsoft.Extensions.Logging;
using Reeve.Cli.Commands.Server;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Tests.Commands.Server;

public sealed class ServerSettingsTests
{
    [Fact]
    public void Every_setting_reaches_the_server()
    {
        var options = Read(new()
        {
            ["PREFECT_SERVER_API_HOST"] = "0.0.0.0",
            ["REEVE_SERVER_API_PORT"] = "4300",
            ["PREFECT_SERVER_API_AUTH_STRING"] = "admin:secret",
            ["PREFECT_SERVER_API_BASE_PATH"] = "/orchestration/",
            ["PREFECT_UI_SERVE_BASE"] = "/reeve/",
            ["PREFECT_UI_API_URL"] = "https://host/api",
            ["PREFECT_SERVER_UI_ENABLED"] = "false",
            ["PREFECT_API_SERVICES_SCHEDULER_ENABLED"] = "0",
            ["PREFECT_API_SERVICES_LATE_RUNS_ENABLED"] = "off",
            ["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] = "True",
            ["PREFECT_SERVER_CSRF_TOKEN_EXPIRATION"] = "PT5M",
            ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = "https://a, https://b",
            ["REEVE_SERVER_API_TRUSTED_PROXIES"] = "10.0.0.1",
            ["REEVE_SERVER_API_MAX_REQUEST_SIZE"] = "1000",
            ["REEVE_SERVER_SHUTDOWN_TIMEOUT"] = "3",
            ["PREFECT_LOGGING_SERVER_LEVEL"] = "WARNING",
            ["REEVE_SERVER_LOGGING_FORMAT"] = "json",
        });

        Assert.Equal(("0.0.0.0", 4300, "admin:secret"), (options.Host, options.Port, options.ApiAuthentication));
        Assert.Equal(("/orchestration", "/reeve", "https://host/api"), (options.ApiBasePath, options.BasePath, options.ConsoleApiUrl));
        Assert.Equal((false, false, false, true), (options.ServeConsole, options.Scheduler, options.LateRuns, options.CsrfProtection));
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(3), 1000L), (options.CsrfTokenLife, options.LongestStop, options.LargestBody));
        Assert.Equal(["https://a", "https://b"], options.CorsOrigins);
        Assert.Equal(["10.0.0.1"], options.TrustedProxies);
        Assert.Equal((LogLevel.Warning, true), (options.LogLevel, options.LogAsJson));
    }

    [Fact]
    public void Without_settings_the_server_is_what_its_own_defaults_say()
    {
        var standard = new ServerOptions { Home = "/h" };
        var options = Read([]) with { Home = "/h", Database = null };

        Assert.Equal(standard with { CorsOrigins = options.CorsOrigins, CorsMethods = options.CorsMethods, CorsHeaders = options.CorsHeaders, TrustedProxies = options.TrustedProxies }, options);
        Assert.Equal(standard.CorsOrigins, options.CorsOrigins);
    }

    [Fact]
    public void Flags_stand_above_settings_and_can_be_handed_on()
    {
        var flags = new StartFlags();
        var command = new RootCommand();
        foreach (var option in flags.All)
            command.Options.Add(option);
        var parse = command.Parse(["--host", "::1", "--port", "0", "--no-ui", "--scheduler", "--no-late-runs", "--log-level", "debug", "--analytics-off"]);

        var options = flags.Apply(Read(new() { ["REEVE_SERVER_API_PORT"] = "4300", ["REEVE_SERVER_SERVICES_SCHEDULER_ENABLED"] = "false" }), parse);

        Assert.Equal(("::1", 0, false, true, false, LogLevel.Debug), (options.Host, options.Port, options.ServeConsole, options.Scheduler, options.LateRuns, options.LogLevel));
        Assert.Equal(options, flags.Apply(Read(new() { ["REEVE_SERVER_API_PORT"] = "4300", ["REEVE_SERVER_SERVICES_SCHEDULER_ENABLED"] = "false" }), command.Parse([.. flags.Given(parse)])) with
        {
            CorsOrigins = options.CorsOrigins,
            CorsMethods = options.CorsMethods,
            CorsHeaders = options.CorsHeaders,
            TrustedProxies = options.TrustedProxies,
        });
    }

    private static ServerOptions Read(Dictionary<string, string> environment) =>
        ServerSettings.Read(new ReeveSettings(name => name == "REEVE_HOME" ? Path.GetTempPath() : environment.GetValueOrDefault(name), new Profile("p", new Dictionary<string, string>())), TimeProvider.System);
}
