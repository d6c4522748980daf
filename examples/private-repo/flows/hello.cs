#:package Reeve@0.1.0
using Reeve;

// Alone: `dotnet run flows/hello.cs`. On a worker the flow is run by the entrypoint flows/hello.cs:Hello, and this line is not.
await Flows.Hello();

internal static class Flows
{
    private static bool s_tried;

    /// <summary>Greets somebody.</summary>
    /// <param name="name">Whom to greet.</param>
    /// <param name="times">How often.</param>
    /// <param name="excited">Whether to raise the voice.</param>
    [Flow(LogPrints = true, PersistResult = true)]
    public static async Task<string> Hello(string name = "world", int times = 1, bool excited = false)
    {
        var greeting = await Compose(name, excited);
        for (var i = 0; i < times; i++)
            Console.WriteLine(greeting);
        return await Deliver(greeting);
    }

    /// <summary>Finds the words.</summary>
    [Task]
    private static async Task<string> Compose(string name, bool excited)
    {
        await Task.Yield();
        return $"Hello {name}{(excited ? "!" : "")}";
    }

    /// <summary>Fails the first time, as the outside world does, and is tried again.</summary>
    [Task(Retries = 2, RetryDelaySeconds = 0.5)]
    private static async Task<string> Deliver(string greeting)
    {
        await Task.Yield();
        if (!s_tried)
        {
            s_tried = true;
            throw new HttpRequestException("the first try does not get through");
        }

        return $"{greeting} (delivered)";
    }
}
