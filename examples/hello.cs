#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

await Flows.Hello("Marvin");

static class Flows
{
    static bool s_tried;

    /// <summary>Greets people.</summary>
    /// <param name="name">Whom to greet.</param>
    /// <param name="times">How often.</param>
    [Flow(LogPrints = true)]
    public static async Task<string> Hello(string name = "world", int times = 1)
    {
        var greeting = await Greet(name);
        for (var i = 0; i < times; i++)
            Console.WriteLine(greeting);
        return await Flaky(greeting);
    }

    [Task]
    static async Task<string> Greet(string name)
    {
        await Task.Yield();
        return $"Hello {name}";
    }

    /// <summary>Fails once, so that there is a retry to see.</summary>
    [Task(Retries = 1)]
    static async Task<string> Flaky(string text)
    {
        await Task.Yield();
        if (!s_tried)
        {
            s_tried = true;
            throw new InvalidOperationException("first try fails");
        }

        return text.ToUpperInvariant();
    }
}
