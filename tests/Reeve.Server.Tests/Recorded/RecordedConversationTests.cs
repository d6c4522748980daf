using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Recorded;

/// <summary>
/// What real clients said to real servers is said to this one, and the answers are compared: statuses, names of fields and kinds of values. The recordings stand beside
/// the repository (<c>../shared</c>), not in it.
/// </summary>
public sealed partial class RecordedConversationTests
{
    private static readonly string? Recordings = Find();

    // The scripts of the recordings scheduled every six hours and "in two hours": which comes first depends on the time of day, and lists are compared in order. So the server
    // and the clients live at the hour of the recording.
    private const string AtTheHourOfTheRecording = """
        import datetime, runpy, sys
        moved = datetime.timedelta(seconds=float(sys.argv.pop(1)))
        class datetime_then(datetime.datetime):
            @classmethod
            def now(cls, tz=None): return datetime_now(tz) + moved
        datetime_now, datetime.datetime = datetime.datetime.now, datetime_then
        sys.argv.pop(0)
        runpy.run_path(sys.argv[0], run_name="__main__")
        """;

    public static TheoryData<string, DatabaseKind> Files
    {
        get
        {
            IEnumerable<string> names = Recordings is null ? ["none"] : Directory.GetFiles(Recordings, "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!)
        .Order(StringComparer.Ordinal);
            return [.. names.SelectMany(name => Enum.GetValues<DatabaseKind>().Select(kind => new TheoryDataRow<string, DatabaseKind>(name, kind)))];
        }
    }

    [Theory, MemberData(nameof(Files))]
    public async Task Recorded_client_gets_the_answers_it_knows(string file, DatabaseKind kind)
    {
        Assert.SkipWhen(Recordings is null, "The recordings (../shared/reference/recorded) are not here.");
        var home = Directory.CreateTempSubdirectory("reeve-test-").FullName;
        await using var database = await TestDatabase.CreateAsync(kind);
        var then = JsonDocument.Parse(File.ReadLines(Path.Combine(Recordings!, file + ".jsonl")).First()).RootElement.GetProperty("started").GetDateTimeOffset();
        var clock = new MovedClock();
        clock.Jump = then - clock.GetUtcNow();
        try
        {
            await using var server = ServerHost.Build(new ServerOptions { Home = home, Database = database.Connection, Port = 0, Clock = clock, Logging = _ => { } });
            await server.StartAsync(TestHost.Cancellation);

            var output = await ReplayAsync(server.Address, file, clock.Jump);

            var summary = Summary().Match(output);
            Assert.True(summary.Success, output);
            var faults = Fault().Matches(output).Where(fault => !IsTheMakerOfARun(fault) && !IsDoneByAnAutomation(file, fault)).Select(fault => fault.Value).ToList();
            Assert.True(faults.Count == 0, string.Join('\n', faults));
            Assert.True(int.Parse(summary.Groups["compared"].ValueSpan, null) >= 20, output);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // 2.20 servers left the maker of scheduled runs empty, which 3.x ones and this one name
    private static bool IsTheMakerOfARun(Match fault) => fault.Groups["difference"].Captures is { Count: > 0 } differences && differences.All(difference => OfTheMaker().IsMatch(difference.Value));

    // the recorded automations fired; here they are only kept so far
    private static bool IsDoneByAnAutomation(string file, Match fault) =>
        file.EndsWith("-artifacts-events", StringComparison.Ordinal) && fault.Groups["difference"].Captures.Count == 1
        && (fault.Groups["path"].Value, fault.Groups["difference"].Value.Trim()) is ("/api/flow_runs/filter", ".: 1 elements became 0");

    private static async Task<string> ReplayAsync(string address, string file, TimeSpan moved)
    {
        using var replay = new Process { StartInfo = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true } };
        foreach (var argument in (string[])["-c", AtTheHourOfTheRecording, moved.TotalSeconds.ToString(CultureInfo.InvariantCulture), Path.Combine(Recordings!, "replay.py"), address, Path.Combine(Recordings!, file + ".jsonl"), "--extra-ok", "--wait", "5"])
            replay.StartInfo.ArgumentList.Add(argument);
        try
        {
            replay.Start();
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3, which plays the recordings, is not installed.");
        }
        var faults = replay.StandardError.ReadToEndAsync(TestHost.Cancellation);
        var output = await replay.StandardOutput.ReadToEndAsync(TestHost.Cancellation);
        await replay.WaitForExitAsync(TestHost.Cancellation);
        return output + await faults;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var recordings = Path.Combine(folder.FullName, "shared", "reference", "recorded");
            if (File.Exists(Path.Combine(recordings, "replay.py")))
                return recordings;
        }
        return null;
    }

    [GeneratedRegex(@"(?<matched>\d+)/(?<compared>\d+) match = ")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^FAIL n=\d+ \w+ (?<path>\S+) \d+(?:\s*\n {7}(?<difference>[^\n]+))*", RegexOptions.Multiline)]
    private static partial Regex Fault();

    [GeneratedRegex(@"^(\[\])?(\.flow_run)?\.created_by: ")]
    private static partial Regex OfTheMaker();
}
