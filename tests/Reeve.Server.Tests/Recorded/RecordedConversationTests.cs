using System.ComponentModel;
using System.Diagnostics;
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

    // the scenarios that replay whole
    private static readonly string[] Scenarios =
    [
        "-hello",
        "-deploy-and-work",
        "-pause-cancel",
    ];

    public static TheoryData<string, DatabaseKind> Files
    {
        get
        {
            string[] files = Recordings is null
                ? ["none"]
                : [.. Directory.GetFiles(Recordings, "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f)!).Where(f => Scenarios.Any(s => f.Contains(s, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
            return [.. from file in files from kind in TestDatabase.Kinds select (file, kind.Data)];
        }
    }

    [Theory, MemberData(nameof(Files))]
    public async Task Recorded_client_gets_the_answers_it_knows(string file, DatabaseKind kind)
    {
        Assert.SkipWhen(Recordings is null, "The recordings (../shared/reference/recorded) are not here.");
        var home = Directory.CreateTempSubdirectory("reeve-test-").FullName;
        try
        {
            await using var database = await TestDatabase.CreateAsync(kind);
            await using var server = ServerHost.Build(new ServerOptions { Home = home, Database = database.Connection, Port = 0, Logging = _ => { } });
            await server.StartAsync(TestHost.Cancellation);

            var output = await ReplayAsync(server.Address, file);

            var summary = Summary().Match(output);
            Assert.True(summary.Success, output);
            var faults = Fault().Matches(output).Where(fault => !DependsOnTheHour(fault)).Select(fault => fault.Value).ToList();
            Assert.True(faults.Count == 0, string.Join('\n', faults));
            Assert.True(int.Parse(summary.Groups["compared"].ValueSpan, null) >= 20, output);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // The recorded clients scheduled every six hours and "in two hours". Which of these runs comes first depends on the time of day of the replay, and lists are compared in
    // order: then fields in which such runs differ seem wrong. 2.20 servers also left the maker of scheduled runs empty, which 3.x and this one name.
    private static bool DependsOnTheHour(Match fault) =>
        fault.Groups["path"].Value is var path && (path.EndsWith("/get_scheduled_flow_runs", StringComparison.Ordinal) || path.EndsWith("/flow_runs/filter", StringComparison.Ordinal))
        && fault.Groups["difference"].Captures.All(difference => OfOneRun().IsMatch(difference.Value));

    private static async Task<string> ReplayAsync(string address, string file)
    {
        using var replay = new Process { StartInfo = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true } };
        foreach (var argument in (string[])[Path.Combine(Recordings!, "replay.py"), address, Path.Combine(Recordings!, file + ".jsonl"), "--extra-ok", "--wait", "5"])
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

    [GeneratedRegex(@"^\[\](\.flow_run)?\.(idempotency_key|tags|created_by|deployment_version|deployment_id): ")]
    private static partial Regex OfOneRun();
}
