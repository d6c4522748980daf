using Microsoft.Extensions.Logging;
using Reeve.Server.FlowRuns;
using Reeve.Server.Flows;
using Reeve.Server.Hosting;
using Reeve.Server.Orchestration;
using Reeve.Server.TaskRuns;
using Reeve.Server.Tests.Storage;
using Reeve.Server.WorkPools;

namespace Reeve.Server.Tests.Hosting;

public sealed class WarmUpTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task It_runs_through_and_leaves_the_servers_database_as_it_was(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind);
        var (notes, before) = (new Notes(), await CountsAsync(host));
        await new WarmUp(
            host.Database, host.Service<FlowsStore>(), host.Service<FlowRunsStore>(), host.Service<TaskRunsStore>(),
            host.Service<WorkPoolsStore>(), host.Service<WorkQueuesStore>(), host.Service<DueRuns>(), host.Service<Orchestrator>(), TimeProvider.System, notes)
            .RunAsync(TestHost.Cancellation);
        Assert.Empty(notes.Lines);
        Assert.Equal(before, await CountsAsync(host));
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_told_and_stops_nothing()
    {
        await using var host = await TestHost.StartAsync();
        await using var broken = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var empty = await broken.OpenAsync();
        await empty.WriteAsync(async session => await session.ExecuteAsync("drop table flow_run"), TestHost.Cancellation);
        var notes = new Notes();
        await new WarmUp(
            empty, host.Service<FlowsStore>(), host.Service<FlowRunsStore>(), host.Service<TaskRunsStore>(),
            host.Service<WorkPoolsStore>(), host.Service<WorkQueuesStore>(), host.Service<DueRuns>(), host.Service<Orchestrator>(), TimeProvider.System, notes)
            .RunAsync(TestHost.Cancellation);
        Assert.Contains("no such table", Assert.Single(notes.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_it()
    {
        await using var host = await TestHost.StartAsync(change: options => options with { WarmUp = true });
        await host.Server.StopAsync();
    }

    private static async Task<List<int>> CountsAsync(TestHost host)
    {
        List<int> counts = [];
        foreach (var path in (string[])["flows/count", "flow_runs/count", "task_runs/count", "work_pools/count"])
            counts.Add((await host.PostAsync(path, "{}")).Body.GetInt32());
        return counts;
    }

    private sealed class Notes : ILogger<WarmUp>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
