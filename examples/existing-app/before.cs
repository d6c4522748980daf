// A console program as there are many: it knows nothing of flows.
var name = args.Length > 0 ? args[0] : "world";
Console.WriteLine(await Nightly.Run(name));

static class Nightly
{
    public static async Task<string> Run(string name)
    {
        var lines = await Read(name);
        return $"{lines.Length} lines for {name}";
    }

    public static async Task<string[]> Read(string name)
    {
        await Task.Delay(10);
        return [$"dear {name}", "yours"];
    }
}
