#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

// dotnet run MyFlow.cs             runs the flow once
// dotnet run MyFlow.cs -- serve    registers a deployment and runs its runs until Ctrl+C
if (args is ["serve"])
    await Flow.Of(Flows.MyFlow).ServeAsync("served", cron: "0 6 * * *", parameters: new { name = "cron" });
else
    await Flows.MyFlow("world");

static class Flows
{
    /// <summary>Greets somebody.</summary>
    /// <param name="name">Whom to greet.</param>
    [Flow(LogPrints = true)]
    public static async Task<string> MyFlow(string name)
    {
        var greeting = await Greet(name);
        Console.WriteLine(greeting);
        return greeting;
    }

    [Task(Retries = 2, RetryDelaySeconds = 1)]
    static Task<string> Greet(string name) => Task.FromResult($"Hello {name}");
}
