using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Projects;

public sealed class ApplyKillTests : IDisposable
{
    private const int Size = 150;
    private const int Kills = 4;

    private readonly string home = Directory.CreateTempSubdirectory("reeve-test-home-").FullName;

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Theory(Timeout = 600_000), MemberData(nameof(Kinds))]
    public async Task An_apply_whose_server_is_killed_is_done_whole_or_not_at_all_and_can_be_repeated(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var length = await WholeAsync(database);
        var cut = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            var project = $"shop-{kill}";
            JsonObject wanted;
            using (var server = await ServerInAProcess.StartAsync(database.Connection, home, Cancellation))
            {
                wanted = Apply(project, await FingerprintAsync(server, project));
                var apply = ApplyAsync(server, project, wanted);
                // spread over the time that a whole one takes: while it is read, checked, written, committed
                await Task.WhenAny(apply, Task.Delay(length * (kill + 1) / (Kills + 1), Cancellation));
                await server.KillAsync();
                cut += await EndsAsync(apply) ? 0 : 1;
            }

            using var next = await ServerInAProcess.StartAsync(database.Connection, home, Cancellation);
            var state = await StateAsync(next, project);
            Assert.Contains(state.GetProperty("deployments").GetArrayLength(), (int[])[0, Size]);
            Assert.Equal(state.GetProperty("deployments").GetArrayLength() > 0, state.GetProperty("environments").GetArrayLength() > 0);
            Assert.All(state.GetProperty("deployments").EnumerateArray(), one =>
            {
                Assert.Equal(project, one.Text("project"));
                Assert.Equal(1, one.GetProperty("deployment").GetProperty("schedules").GetArrayLength());
            });

            // who asked got no answer, and asks the same again
            Assert.Equal(Size, (await ApplyAsync(next, project, wanted)).GetProperty("deployments").GetArrayLength());
            Assert.Equal(Size, (await StateAsync(next, project)).GetProperty("deployments").GetArrayLength());
            await next.KillAsync();
        }
        Assert.True(cut >= Kills / 2, $"only {cut} of {Kills} applies were under way when the server was killed");
    }

    // in a process as new as those that are killed
    private async Task<TimeSpan> WholeAsync(TestDatabase database)
    {
        using var server = await ServerInAProcess.StartAsync(database.Connection, home, Cancellation);
        using var made = await server.Client.PostAsJsonAsync("work_pools/", new { name = "local", type = "process" }, Cancellation);
        var wanted = Apply("whole", await FingerprintAsync(server, "whole"));
        var watch = Stopwatch.StartNew();
        await ApplyAsync(server, "whole", wanted);
        var length = watch.Elapsed;
        await server.KillAsync();
        return length;
    }

    private static async Task<bool> EndsAsync(Task apply)
    {
        try
        {
            await apply;
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static JsonObject Apply(string project, string fingerprint) => new()
    {
        ["id"] = Guid.NewGuid().ToString(),
        ["environment"] = "dev",
        ["fingerprint"] = fingerprint,
        ["names"] = Names(project),
        ["deployments"] = new JsonArray([.. Enumerable.Range(0, Size).Select(number => new JsonObject
        {
            ["flow_name"] = project,
            ["deployment"] = new JsonObject
            {
                ["name"] = $"d{number}",
                ["work_pool_name"] = "local",
                ["concurrency_limit"] = 3,
                ["schedules"] = new JsonArray(new JsonObject { ["schedule"] = new JsonObject { ["cron"] = "0 3 * * *" } }),
            },
            ["applied"] = new JsonObject { ["mark"] = number },
        })]),
    };

    private static JsonArray Names(string project) => [.. Enumerable.Range(0, Size).Select(number => JsonValue.Create($"{project}/d{number}"))];

    private static async Task<string> FingerprintAsync(ServerInAProcess server, string project) => (await StateAsync(server, project)).Text("fingerprint");

    private static async Task<JsonElement> StateAsync(ServerInAProcess server, string project) =>
        await SendAsync(server, $"projects/{project}/state", new JsonObject { ["environment"] = "dev", ["names"] = Names(project) });

    private static async Task<JsonElement> ApplyAsync(ServerInAProcess server, string project, JsonObject body) => await SendAsync(server, $"projects/{project}/apply", body);

    private static async Task<JsonElement> SendAsync(ServerInAProcess server, string path, JsonObject body)
    {
        using var answer = await server.Client.PostAsJsonAsync(path, body, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }
}
