using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Filters;

/// <summary>A few of everything, so that each criterion finds some and leaves some. Names in braces stand for ids.</summary>
internal sealed class FilteredWorld
{
    private readonly Dictionary<string, string> ids = new(StringComparer.Ordinal);

    internal static async Task<FilteredWorld> MakeAsync(TestHost host)
    {
        var world = new FilteredWorld();
        await world.MakeWorkAsync(host);
        await world.MakeRunsAsync(host);
        return world;
    }

    /// <summary>Puts ids in the place of names.</summary>
    internal string Fill(string text) => ids.Aggregate(text, (filled, id) => filled.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));

    internal string this[string name] => ids[name];

    private async Task MakeWorkAsync(TestHost host)
    {
        await CreateAsync(host, "Alpha", "flows/", """{"name":"Alpha","tags":["x","y"]}""");
        await CreateAsync(host, "beta", "flows/", """{"name":"beta"}""");
        await CreateAsync(host, "gamma", "flows/", """{"name":"gamma","tags":["y"]}""");
        await CreateAsync(host, "pool", "work_pools/", """{"name":"pool","type":"process","base_job_template":{}}""");
        await CreateAsync(host, "one", "deployments/", """{"name":"one","flow_id":"{Alpha}","work_pool_name":"pool","work_queue_name":"Quick","tags":["d1","d2"],"concurrency_limit":3}""");
        await CreateAsync(host, "two", "deployments/", """{"name":"two","flow_id":"{beta}","paused":true,"tags":["d2"]}""");
        ids["Quick"] = (await host.GetAsync("work_pools/pool/queues/Quick")).Body.Text("id");
    }

    private async Task MakeRunsAsync(TestHost host)
    {
        await CreateAsync(host, "red", "flow_runs/", """
            {"flow_id":"{Alpha}","name":"Red-Otter","tags":["t1","t2"],"flow_version":"3","idempotency_key":"k1","state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2020-01-01T00:00:00Z"}}}
            """);
        await CreateAsync(host, "blue", "deployments/{one}/create_flow_run", """{"name":"blue","tags":["t2"],"state":{"type":"SCHEDULED","state_details":{"scheduled_time":"2999-01-01T00:00:00Z"}}}""");
        await CreateAsync(host, "green", "flow_runs/", """{"flow_id":"{beta}","name":"green_1","idempotency_key":"k2"}""");
        await host.SetStateAsync(ids["red"], "PENDING", force: true);
        await host.SetStateAsync(ids["red"], "RUNNING");
        await CreateAsync(host, "load", "task_runs/", """{"flow_run_id":"{red}","task_key":"load","dynamic_key":"0","name":"Load","tags":["q"]}""");
        await CreateAsync(host, "wrap", "task_runs/", """{"flow_run_id":"{red}","task_key":"wrap","dynamic_key":"0","name":"wrap","task_inputs":{"n":[{"input_type":"task_run","id":"{load}"}]}}""");
        await CreateAsync(host, "free", "task_runs/", """{"flow_run_id":null,"task_key":"free","dynamic_key":"0","name":"free"}""");
        await CreateAsync(host, "sub", "flow_runs/", """{"flow_id":"{beta}","name":"sub","parent_task_run_id":"{wrap}"}""");
        await host.SetStateAsync(ids["load"], "RUNNING", noun: "task_runs");
        await host.SetStateAsync(ids["load"], "COMPLETED", noun: "task_runs");
        await host.SetStateAsync(ids["red"], "COMPLETED");
        await host.SetStateAsync(ids["green"], "RUNNING");
        await host.SetStateAsync(ids["green"], "FAILED", """{"name":"Broken"}""");
        ids["maker"] = Guid.NewGuid().ToString();
        await host.Database.WriteAsync(
            async session => await session.ExecuteAsync(
                "update flow_run set created_by = @by where id = @id",
                ("by", SqlValue.Utf8Json(System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{ids["maker"]}}","type":"AUTOMATION","display_value":"m"}"""))),
                ("id", Guid.Parse(ids["green"]))),
            TestHost.Cancellation);
        await host.PostAsync("logs/", Fill("""
            [{"name":"prefect.flow_runs","level":20,"message":"Alles gut","timestamp":"2020-01-01T00:00:00Z","flow_run_id":"{red}"},
             {"name":"prefect.task_runs","level":40,"message":"kaputt, \"leider\"","timestamp":"2020-01-02T00:00:00Z","flow_run_id":"{red}","task_run_id":"{load}"},
             {"name":"other","level":10,"message":"nothing","timestamp":"2020-01-03T00:00:00Z"}]
            """));
    }

    private async Task CreateAsync(TestHost host, string name, string path, string body)
    {
        var (status, made) = await host.PostAsync(Fill(path), Fill(body));
        Assert.True(status is 200 or 201, $"{path}: {made}");
        ids[name] = made.Text("id");
    }
}
