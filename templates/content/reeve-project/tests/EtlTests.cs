using Reeve.Testing;

namespace MyFlows.Tests;

public sealed class EtlTests
{
    [Fact]
    public async Task Import_stores_what_it_is_given()
    {
        await using var host = new FlowTestHost();

        var run = await host.RunAsync(() => Etl.Import("orders", limit: 3));

        Assert.Equal(3, run.Result);
        Assert.Equal(2, host.TaskRuns.Count);
    }
}
