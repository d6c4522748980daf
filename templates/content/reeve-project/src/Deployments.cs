using Reeve;

namespace MyFlows;

/// <summary>The flow's deployments: what differs between them stands here, in code that the compiler checks.</summary>
static class Deployments
{
    public static Deployment Dev { get; } =
        Flow.Of(Etl.Import).ToDeployment("dev", parameters: new { table = "orders", limit = 10 }) with { WorkPool = "my-pool", Tags = ["dev"] };

    public static Deployment Prod { get; } =
        Flow.Of(Etl.Import).ToDeployment("prod", cron: "0 3 * * *", timeZone: "Europe/Berlin", parameters: new { table = "orders" }) with
        {
            WorkPool = "my-pool",
            Tags = ["prod"],
            ConcurrencyLimit = 1,
        };
}
