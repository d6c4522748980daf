using System.Net;
using System.Text.Json;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Events;

/// <summary>Events that are told while the API is away.</summary>
public sealed class LateEventsTests : EngineStage
{
    private static readonly AsyncLocal<Func<int, Task>> Between = new();
    private readonly List<string> _stored = [];
    private readonly TaskCompletionSource _askedAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failed;

    public LateEventsTests() => Api.Extra = (_, path, body) =>
    {
        if (path != "events")
            return null;
        lock (_stored)
            _stored.AddRange(JsonSerializer.Deserialize(body, WireJson.TypeInfo<List<Event>>())!.Select(one => one.Resource["prefect.resource.id"]));
        return (204, null);
    };

    [Fact]
    public async Task Events_are_on_the_disk_before_the_run_goes_on_and_are_told_in_order_when_the_api_is_back()
    {
        await In(() => TellingAsync(300, async number =>
        {
            if (number == 20)
                Api.Fault = Away;
            if (number == 21)
                await _askedAgain.Task.WaitAsync(Token);
            if (number == 100)
                Assert.True(new FileInfo(Kept()).Length > 1000);
            if (number == 250)
                Api.Fault = Here;
        }));

        Assert.Equal(Enumerable.Range(0, 300).Select(number => $"thing.{number}"), _stored);
        Assert.DoesNotContain(Directory.GetFiles(Session.Events.Folder), path => new FileInfo(path).Length > 0);
    }

    [Fact]
    public async Task What_a_process_could_not_tell_before_its_end_is_told_by_the_next()
    {
        await TellAndEndAsync(30);
        Assert.Empty(_stored);
        Api.Fault = Here;

        Assert.True(await Session.States.SendLeftAsync(Token));

        Assert.Equal(Enumerable.Range(0, 30).Select(number => $"thing.{number}"), _stored);
        Assert.Empty(Directory.GetFiles(Session.Events.Folder));
    }

    [Fact]
    public async Task Kept_event_that_is_refused_takes_no_other_with_it()
    {
        await TellAndEndAsync(5);
        Api.Fault = Here;
        var stored = Api.Extra!;
        Api.Extra = (method, path, body) => path == "events" && body.Contains("thing.2", StringComparison.Ordinal) ? (422, null) : stored(method, path, body);

        Assert.True(await Session.States.SendLeftAsync(Token));

        Assert.Equal(["thing.0", "thing.1", "thing.3", "thing.4"], _stored);
        Assert.Empty(Directory.GetFiles(Session.Events.Folder));
    }

    [Fact]
    public async Task Record_that_was_cut_off_in_the_middle_costs_no_other()
    {
        await TellAndEndAsync(3);
        var kept = Kept();
        await File.WriteAllBytesAsync(kept, [.. await File.ReadAllBytesAsync(kept, Token), 200, 0, 0, 0, (byte)'{'], Token);
        Api.Fault = Here;

        Assert.True(await Session.States.SendLeftAsync(Token));

        Assert.Equal(["thing.0", "thing.1", "thing.2"], _stored);
    }

    [Fact]
    public async Task Disk_that_takes_nothing_makes_the_teller_wait_for_the_api()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Session.Events.Folder)!);
        await File.WriteAllTextAsync(Session.Events.Folder, "no folder can be here", Token);

        var telling = In(() => TellingAsync(5, async number =>
        {
            if (number == 1)
                Api.Fault = Away;
            if (number == 2)
                await _askedAgain.Task.WaitAsync(Token);
        }));
        await _askedAgain.Task.WaitAsync(Token);
        Assert.False(telling.IsCompleted);
        Api.Fault = Here;
        await telling;

        Assert.Equal(Enumerable.Range(0, 5).Select(number => $"thing.{number}"), _stored);
    }

    private async Task TellAndEndAsync(int count)
    {
        await using var first = NewSession(flushLimit: TimeSpan.FromMilliseconds(200));
        EngineSession.Current = first;
        Api.Fault = Away;
        await TellingAsync(count, _ => Task.CompletedTask);
    }

    private string Kept() => Assert.Single(Directory.GetFiles(Session.Events.Folder));

    // The second question comes from a process that has found the API away.
    private HttpStatusCode? Away(string method, string path)
    {
        if (path is not ("events" or "health"))
            return null;
        if (Interlocked.Increment(ref _failed) == 2)
            _askedAgain.TrySetResult();
        return HttpStatusCode.ServiceUnavailable;
    }

    private static HttpStatusCode? Here(string method, string path) => null;

    private static Task TellingAsync(int count, Func<int, Task> between)
    {
        Between.Value = between;
        return Telling(count);
    }

    [Flow]
    private static async Task Telling(int count)
    {
        for (var number = 0; number < count; number++)
        {
            await Between.Value!(number);
            await Reeve.Events.EmitAsync("thing.seen", $"thing.{number}");
        }
    }
}
