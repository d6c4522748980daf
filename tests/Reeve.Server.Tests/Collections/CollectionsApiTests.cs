namespace Reeve.Server.Tests.Collections;

public sealed class CollectionsApiTests
{
    [Fact]
    public async Task Every_kind_of_worker_has_a_template_whose_places_are_declared()
    {
        await using var host = await TestHost.StartAsync();

        var view = (await host.GetAsync("collections/views/aggregate-worker-metadata")).Body;

        var kinds = view.EnumerateObject().SelectMany(collection => collection.Value.EnumerateObject()).ToDictionary(kind => kind.Name, kind => kind.Value);
        Assert.Equal(
            ["azure-container-instance", "cloud-run", "cloud-run-v2", "docker", "ecs", "kubernetes", "prefect-agent", "process", "vertex-ai"], kinds.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, kind) in kinds.Where(k => k.Key != "prefect-agent"))
        {
            Assert.Equal(name, kind.GetProperty("type").GetString());
            // a pool is refused whose template names what it does not declare
            var made = await host.PostAsync("work_pools/", new { name, type = name, base_job_template = kind.GetProperty("default_base_job_configuration") });
            Assert.True(made.Status == 201, $"{name}: {made.Body}");
        }
    }

    [Fact]
    public async Task Blocks_of_collections_are_listed_with_their_schemas()
    {
        await using var host = await TestHost.StartAsync();

        var block = (await host.GetAsync("collections/views/aggregate-block-metadata")).Body.GetProperty("prefect-aws").GetProperty("block_types").GetProperty("s3-bucket");

        Assert.Equal(("S3 Bucket", "sha256:da1e638612365b12ec83b6102986cc5efe54e84b7144bd668629f6972afe748f"),
            (block.GetProperty("name").GetString(), block.GetProperty("block_schema").GetProperty("checksum").GetString()));
        Assert.Equal("{}", (await host.GetAsync("collections/views/aggregate-flow-metadata")).Body.GetRawText());
        Assert.Equal("{}", (await host.GetAsync("collections/views/demo-flows")).Body.GetRawText());
        Assert.Equal(404, (await host.GetAsync("collections/views/other")).Status);
    }
}
