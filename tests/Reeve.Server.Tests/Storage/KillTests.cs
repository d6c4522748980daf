using System.Globalization;
using Npgsql;

namespace Reeve.Server.Tests.Storage;

public sealed class KillTests : IDisposable
{
    private const int Clients = 8;

    // fewer for a quick look while one works on it
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("REEVE_TEST_KILLS"), CultureInfo.InvariantCulture, out var told) ? told : 50;

    private readonly string home = Directory.CreateTempSubdirectory("reeve-test-home-").FullName;

    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Theory(Timeout = 1_800_000), MemberData(nameof(Kinds))]
    public async Task Fifty_kills_of_the_server_lose_and_double_nothing_that_was_acknowledged(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        var clients = new PersistentClients(Clients, Cancellation);
        var next = ServerInAProcess.Prepare(database.Connection, home);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var server = next;
            await server.BeginAsync(Cancellation);
            next = ServerInAProcess.Prepare(database.Connection, home);
            clients.Resume(server.Client);
            // sometimes in the first writes of a new process, sometimes in the middle of its work
            await clients.AdvanceAsync(1 + (kill * 37 % 100));
            clients.Suspend();
            await server.KillAsync();
        }

        using var last = next;
        await last.BeginAsync(Cancellation);
        clients.Resume(last.Client);
        await clients.FinishAsync();
        Assert.True(clients.Repeated >= Kills, $"only {clients.Repeated} requests were under way when the server was killed");
        await clients.CheckAsync(last.Client);
        await last.KillAsync();
    }

    [Fact(Timeout = 1_800_000)]
    public async Task Connections_that_PostgreSQL_ends_lose_and_double_nothing_that_was_acknowledged()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.PostgreSql);
        using var server = await ServerInAProcess.StartAsync(database.Connection, home, Cancellation);
        var clients = new PersistentClients(Clients, Cancellation);
        clients.Resume(server.Client);
        await using var source = NpgsqlDataSource.Create(database.Connection);
        // a round counts that met a connection: the server may just be about to open the next one
        for (var round = 0; round < Kills;)
        {
            await clients.AdvanceAsync(1 + (round * 37 % 100));
            await using var end = source.CreateCommand("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
            if ((long)(await end.ExecuteScalarAsync(Cancellation))! > 0)
                round++;
        }

        await clients.FinishAsync();
        await clients.CheckAsync(server.Client);
        await server.KillAsync();
    }

    [Fact(Timeout = 1_800_000)]
    public async Task Restarts_of_PostgreSQL_in_order_and_by_crash_lose_and_double_nothing_that_was_acknowledged()
    {
        await using var cluster = await PostgresCluster.StartAsync(Cancellation);
        using var server = await ServerInAProcess.StartAsync(cluster.Connection, home, Cancellation);
        var clients = new PersistentClients(Clients, Cancellation);
        clients.Resume(server.Client);
        for (var restart = 0; restart < Math.Max(2, Kills / 5); restart++)
        {
            await clients.AdvanceAsync(1 + (restart * 37 % 100));
            await cluster.RestartAsync(restart % 2 == 0 ? "fast" : "immediate", Cancellation);
        }

        await clients.FinishAsync();
        Assert.True(clients.Repeated > 0, "no request was under way at any restart");
        await clients.CheckAsync(server.Client);
        await server.KillAsync();
    }
}
