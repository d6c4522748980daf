#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

// dotnet run background.cs -- worker       takes tasks, on as many machines as you like, until Ctrl+C
// dotnet run background.cs -- order 3      leaves three thumbnails to be made and does not wait for the making
switch (args)
{
    case ["worker"]:
        await Tasks.ServeAsync(new TaskWorkerOptions { Concurrency = 4 }, CancellationToken.None, Pictures.Thumbnail);
        break;
    case ["order", var count]:
        for (var i = 1; i <= int.Parse(count); i++)
        {
            var ordered = await Tasks.Delay(() => Pictures.Thumbnail($"picture-{i}.png", 64));
            Console.WriteLine($"ordered {ordered.Name} {ordered.RunId}");
        }

        break;
    default:
        Console.Error.WriteLine("Say: worker, or: order COUNT");
        return 1;
}

return 0;

static class Pictures
{
    /// <summary>Makes a small picture of a large one.</summary>
    [Task(Retries = 2, RetryDelaySeconds = 1, PersistResult = true, LogPrints = true)]
    public static async Task<string> Thumbnail(string picture, int width)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100)); // a real one would be made here
        Console.WriteLine($"{picture} is {width} pixels wide now");
        return $"{Path.GetFileNameWithoutExtension(picture)}-{width}.png";
    }
}
