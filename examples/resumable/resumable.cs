#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

await Flows.Migrate(args is [var folder, ..] ? folder : "migrated", chunks: 6);

static class Flows
{
    /// <summary>Moves the customers over, a chunk after the other. A run that was killed is run again and goes on where it was.</summary>
    /// <param name="folder">Where they are moved to.</param>
    /// <param name="chunks">How many chunks there are.</param>
    [Flow(LogPrints = true, PersistResult = true)]
    public static async Task<int> Migrate(string folder, int chunks)
    {
        Directory.CreateDirectory(folder);
        var moved = 0;
        for (var chunk = 0; chunk < chunks; chunk++)
            moved += await Move(folder, chunk);
        Console.WriteLine($"{moved} customers are moved");
        return moved;
    }

    // Its result is kept before the flow sees it: a second run of the same flow run gets it and does not move the chunk again.
    [Task(RunName = "chunk-{chunk}")]
    static async Task<int> Move(string folder, int chunk, CancellationToken ct = default)
    {
        while (File.Exists(Path.Combine(folder, $"hold-{chunk}"))) // lets you stop it here: see the README
            await Task.Delay(50, ct);
        await File.AppendAllTextAsync(Path.Combine(folder, "log.txt"), $"chunk {chunk}\n", ct);
        return 100;
    }
}
