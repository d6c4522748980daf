#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

var folder = args is [var given, ..] ? given : MakeFiles();
await Flows.CountWords(folder);

// Something to count, when nothing is given: three thousand small files.
static string MakeFiles()
{
    var made = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "reeve-fan-out")).FullName;
    for (var i = 0; i < 3000; i++)
        File.WriteAllText(Path.Combine(made, $"{i:d4}.txt"), string.Join(' ', Enumerable.Repeat("towel", i % 7)) + " fish");
    return made;
}

static class Flows
{
    /// <summary>Counts the words of all text files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="atOnce">How many files are read at once.</param>
    [Flow(LogPrints = true)]
    public static async Task<int> CountWords(string folder, int atOnce = 32)
    {
        var files = Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal).ToList();
        var counts = Tasks.Map(files, file => Count(file), maxConcurrency: atOnce);

        // One bad file fails its own task; the others count.
        var states = await counts.StatesAsync();
        var words = states.Where(state => state.IsCompleted).Sum(state => state.Value);
        var bad = files.Where((_, i) => !states[i].IsCompleted).Select(Path.GetFileName).ToList();
        Console.WriteLine($"{words} words in {files.Count - bad.Count} files");
        if (bad.Count > 0)
            Console.WriteLine($"Could not be read: {string.Join(", ", bad)}");
        return words;
    }

    [Task(Retries = 1)]
    static async Task<int> Count(string file)
    {
        var text = await File.ReadAllTextAsync(file);
        if (text.Contains('\0'))
            throw new InvalidDataException($"{Path.GetFileName(file)} is no text");
        return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
    }
}
