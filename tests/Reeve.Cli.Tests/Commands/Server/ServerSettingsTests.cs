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
    public void Settings_of_the_services_reach_the_server_under_the_names_of_both_lines()
    {
        var options = Read(new()
        {
            ["PREFECT_API_SERVICES_SCHEDULER_LOOP_SECONDS"] = "20",
            ["PREFECT_SERVER_SERVICES_SCHEDULER_DEPLOYMENT_BATCH_SIZE"] = "7",
            ["REEVE_SERVER_SERVICES_SCHEDULER_MIN_RUNS"] = "2",
            ["PREFECT_API_SERVICES_SCHEDULER_MAX_RUNS"] = "9",
            ["PREFECT_API_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME"] = "PT2H",
            ["PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME"] = "P10D",
            ["PREFECT_API_SERVICES_LATE_RUNS_LOOP_SECONDS"] = "1",
            ["PREFECT_API_SERVICES_LATE_RUNS_AFTER_SECONDS"] = "40",
            ["PREFECT_API_SERVICES_FOREMAN_ENABLED"] = "false",
            ["PREFECT_API_SERVICES_FOREMAN_LOOP_SECONDS"] = "3",
            ["PREFECT_SERVER_SERVICES_FOREMAN_INACTIVITY_HEARTBEAT_MULTIPLE"] = "4",
            ["PREFECT_SERVER_SERVICES_FOREMAN_FALLBACK_HEARTBEAT_INTERVAL_SECONDS"] = "5",
            ["PREFECT_SERVER_SERVICES_FOREMAN_WORK_QUEUE_LAST_POLLED_TIMEOUT_SECONDS"] = "6",
            ["PREFECT_API_SERVICES_FOREMAN_DEPLOYMENT_LAST_POLLED_TIMEOUT_SECONDS"] = "8",
            ["PREFECT_API_SERVICES_PAUSE_EXPIRATIONS_ENABLED"] = "false",
            ["PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS"] = "14",
            ["PREFECT_API_SERVICES_CANCELLATION_CLEANUP_ENABLED"] = "false",
            ["PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS"] = "15",
            ["PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS"] = "16",
            ["PREFECT_TASK_RUN_TAG_CONCURRENCY_SLOT_WAIT_SECONDS"] = "11",
            ["PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS"] = "12",
            ["PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION"] = "13",
        });

        Assert.Equal(new SchedulingOptions { Every = Seconds(20), DeploymentsAtOnce = 7, LeastRuns = 2, MostRuns = 9, Near = TimeSpan.FromHours(2), Far = TimeSpan.FromDays(10) }, options.Scheduling);
        Assert.Equal(new LateRunOptions { Every = Seconds(1), After = Seconds(40) }, options.Lateness);
        Assert.Equal(
            new WorkerHealthOptions { TellsChanges = false, Every = Seconds(3), MissedHeartbeats = 4, UsualHeartbeat = Seconds(5), QueueReady = Seconds(6), DeploymentReady = Seconds(8) },
            options.WorkerHealth);
        Assert.Equal(
            new UpkeepOptions { EndsPauses = false, PausesEvery = Seconds(14), CancelsChildren = false, ChildrenEvery = Seconds(15), LeasesEvery = Seconds(16) }, options.Upkeep);
        Assert.Equal(new SlotOptions { TagWait = Seconds(11), DeploymentWait = Seconds(12), DeploymentGrace = Seconds(13) }, options.Slots);
    }

    [Fact]
    public void Settings_of_the_services_that_cannot_be_are_named_together()
    {
        var fault = Assert.Throws<CliException>(() => Read(new()
        {
            ["PREFECT_API_SERVICES_SCHEDULER_LOOP_SECONDS"] = "P2D",
            ["REEVE_SERVER_SERVICES_SCHEDULER_DEPLOYMENT_BATCH_SIZE"] = "0",
            ["REEVE_SERVER_SERVICES_SCHEDULER_MIN_RUNS"] = "200",
        }));

        foreach (var name in (string[])["PREFECT_API_SERVICES_SCHEDULER_LOOP_SECONDS is 'P2D'", "DEPLOYMENT_BATCH_SIZE is '0'", "MIN_RUNS is 200, more than"])
            Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_the_server_is_what_its_own_defaults_say()
    {
        var standard = new ServerOptions { Home = "/h", WarmUp = true };
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

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static ServerOptions Read(Dictionary<string, string> environment) =>
        ServerSettings.Read(new ReeveSettings(name => name == "REEVE_HOME" ? Path.GetTempPath() : environment.GetValueOrDefault(name), new Profile("p", new Dictionary<string, string>())), TimeProvider.System);
}
