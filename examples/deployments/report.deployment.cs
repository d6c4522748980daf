#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

// The same in code, which the compiler checks: `reeve deployment apply report.deployment.cs`, or `dotnet run report.deployment.cs`.
var report = Flow.Of(Flows.Report);

await Deployment.ApplyAsync(
[
    report.ToDeployment("dev", parameters: new { days = 1 }, tags: ["dev"]) with { WorkPool = "dev" },
    report.ToDeployment("prod", cron: "0 6 * * 1", timeZone: "Europe/Oslo", tags: ["prod"]) with { WorkPool = "prod", ConcurrencyLimit = 1 },
]);

static class Flows
{
    /// <summary>Reports on the last days.</summary>
    /// <param name="days">How many.</param>
    [Flow(LogPrints = true)]
    public static void Report(int days = 7) => Console.WriteLine($"All is well, days looked at: {days}");
}
