using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;

namespace Reeve.Server.Tests.Storage;

public sealed class KillTests
{
    [Fact]
    public async Task Nothing_that_was_acknowledged_is_lost_when_the_server_is_killed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("reeve-kill-").FullName;
        var database = Path.Combine(folder, "reeve.db");
        ConcurrentDictionary<string, string> acknowledged = new();
        for (var round = 0; round < 3; round++)
        {
            using var server = await ServerInAProcess.StartAsync(database, cancellation);
            var flow = (await (await server.Client.PostAsJsonAsync("flows/", new { name = "hello" }, cancellation)).Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("id");
            var before = acknowledged.Count;
            var writers = Enumerable.Range(0, 8).Select(_ => WriteAsync(server.Client, flow, acknowledged, cancellation)).ToList();
            while (acknowledged.Count < before + 100)
            {
                cancellation.ThrowIfCancellationRequested();
                await Task.Yield();
            }
            await server.KillAsync();
            await Task.WhenAll(writers);
        }

        using var last = await ServerInAProcess.StartAsync(database, cancellation);
        foreach (var (run, state) in acknowledged)
        {
            var read = await last.Client.GetFromJsonAsync<JsonElement>($"flow_runs/{run}", cancellation);
            var history = await last.Client.GetFromJsonAsync<JsonElement>($"flow_run_states/?flow_run_id={run}", cancellation);
            var told = history.EnumerateArray().Select(entry => entry.Text("type")).ToList();
            Assert.Contains(state, told);
            Assert.Equal(told[^1], read.Text("state_type"));
            // the outbox has one event for each state, with the state's id
            var events = await (await last.Client.PostAsJsonAsync("events/filter", new { filter = new { resource = new { id = new[] { $"prefect.flow-run.{run}" } } } }, cancellation))
                .Content.ReadFromJsonAsync<JsonElement>(cancellation);
            Assert.Equal(
                history.EnumerateArray().Select(entry => entry.Text("id")).Order(),
                events.GetProperty("events").EnumerateArray().Select(happened => happened.Text("id")).Order());
        }
        await last.KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task WriteAsync(HttpClient client, string flow, ConcurrentDictionary<string, string> acknowledged, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                using var created = await client.PostAsJsonAsync("flow_runs/", new { flow_id = flow }, cancellation);
                created.EnsureSuccessStatusCode();
                var run = (await created.Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("id");
                acknowledged[run] = "PENDING";
                foreach (var type in (string[])["RUNNING", "COMPLETED"])
                {
                    using var answer = await client.PostAsJsonAsync($"flow_runs/{run}/set_state", new { state = new { type } }, cancellation);
                    answer.EnsureSuccessStatusCode();
                    _ = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
                    acknowledged[run] = type;
                }
            }
        }
        catch (HttpRequestException fault) when (fault.StatusCode is null)
        {
            // the server was killed
        }
    }
}
