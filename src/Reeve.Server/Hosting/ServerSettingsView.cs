using System.Text.Json.Nodes;
using System.Xml;
using Microsoft.Extensions.Logging;
using Reeve.Server.Storage;

namespace Reeve.Server.Hosting;

/// <summary>The settings in force in the shape in which the 3.x line groups them. A secret is only said to be there.</summary>
internal static class ServerSettingsView
{
    private const string Hidden = "**********";

    internal static JsonObject Of(ServerOptions options, Dialect dialect) => new()
    {
        ["home"] = options.Home,
        ["server"] = new JsonObject
        {
            ["logging_level"] = LevelName(options.LogLevel),
            ["api"] = new JsonObject
            {
                ["host"] = options.Host,
                ["port"] = options.Port,
                ["auth_string"] = options.ApiAuthentication is null ? null : Hidden,
                ["base_path"] = options.ApiBasePath,
                ["default_limit"] = options.LargestPage,
                ["max_parameter_size"] = options.LargestParameters,
                ["csrf_protection_enabled"] = options.CsrfProtection,
                ["csrf_token_expiration"] = XmlConvert.ToString(options.CsrfTokenLife),
                ["cors_allowed_origins"] = string.Join(',', options.CorsOrigins),
                ["cors_allowed_methods"] = string.Join(',', options.CorsMethods),
                ["cors_allowed_headers"] = string.Join(',', options.CorsHeaders),
                ["max_request_size"] = options.LargestBody,
            },
            ["database"] = new JsonObject { ["connection_url"] = Hidden, ["dialect"] = dialect.Name },
            ["ui"] = new JsonObject { ["enabled"] = options.ServeConsole, ["serve_base"] = options.BasePath.Length == 0 ? "/" : options.BasePath },
            ["services"] = new JsonObject
            {
                ["scheduler"] = new JsonObject
                {
                    ["enabled"] = options.Scheduler,
                    ["loop_seconds"] = options.Scheduling.Every.TotalSeconds,
                    ["deployment_batch_size"] = options.Scheduling.DeploymentsAtOnce,
                    ["min_runs"] = options.Scheduling.LeastRuns,
                    ["max_runs"] = options.Scheduling.MostRuns,
                    ["min_scheduled_time"] = options.Scheduling.Near.TotalSeconds,
                    ["max_scheduled_time"] = options.Scheduling.Far.TotalSeconds,
                },
                ["late_runs"] = new JsonObject
                {
                    ["enabled"] = options.LateRuns,
                    ["loop_seconds"] = options.Lateness.Every.TotalSeconds,
                    ["after_seconds"] = options.Lateness.After.TotalSeconds,
                },
                ["pause_expirations"] = new JsonObject { ["enabled"] = options.Upkeep.EndsPauses, ["loop_seconds"] = options.Upkeep.PausesEvery.TotalSeconds },
                ["cancellation_cleanup"] = new JsonObject { ["enabled"] = options.Upkeep.CancelsChildren, ["loop_seconds"] = options.Upkeep.ChildrenEvery.TotalSeconds },
                ["repossessor"] = new JsonObject { ["loop_seconds"] = options.Upkeep.LeasesEvery.TotalSeconds },
                ["foreman"] = new JsonObject
                {
                    ["enabled"] = options.WorkerHealth.TellsChanges,
                    ["loop_seconds"] = options.WorkerHealth.Every.TotalSeconds,
                    ["inactivity_heartbeat_multiple"] = options.WorkerHealth.MissedHeartbeats,
                    ["fallback_heartbeat_interval_seconds"] = options.WorkerHealth.UsualHeartbeat.TotalSeconds,
                    ["deployment_last_polled_timeout_seconds"] = options.WorkerHealth.DeploymentReady.TotalSeconds,
                    ["work_queue_last_polled_timeout_seconds"] = options.WorkerHealth.QueueReady.TotalSeconds,
                },
            },
            ["tasks"] = new JsonObject { ["tag_concurrency_slot_wait_seconds"] = options.Slots.TagWait.TotalSeconds },
            ["deployments"] = new JsonObject { ["concurrency_slot_wait_seconds"] = options.Slots.DeploymentWait.TotalSeconds },
            ["concurrency"] = new JsonObject { ["initial_deployment_lease_duration"] = options.Slots.DeploymentGrace.TotalSeconds },
        },
    };

    // Clients know the levels by the names of their own language.
    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };
}
