using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Transactions;

public sealed class TransactionTests : EngineStage
{
    private static readonly AsyncLocal<TransactionTests?> Test = new();
    private readonly List<string> _told = [];

    private Task Told(string what)
    {
        lock (_told)
            _told.Add(what);
        return Task.CompletedTask;
    }

    [Fact]
    public Task Rollback_goes_on_when_the_kept_value_cannot_be_removed() => In(async () =>
    {
        var undone = false;

        await Assert.ThrowsAnyAsync<Exception>(() => Transaction.RunAsync(
            tx =>
            {
                tx.OnRollback(() => { undone = true; return Task.CompletedTask; });
                // a folder where the value's file is to be: it is neither written nor deleted
                tx.OnCommit(() => { Directory.CreateDirectory(Path.ChangeExtension(Assert.Single(Directory.GetFiles(Path.Combine(Home, "storage", "transactions"), "*.lock")), ".json")); return Task.CompletedTask; });
                return Task.CompletedTask;
            },
            key: "kept", options: new TransactionOptions { Isolation = TransactionIsolation.Serializable }, ct: Token));

        Assert.True(undone);
    });

    [Fact]
    public Task Rollback_undoes_in_reverse_and_a_hook_that_fails_stops_no_other() => In(async () =>
    {
        await using (var tx = await Transaction.BeginAsync(ct: Token))
        {
            tx.OnRollback(() => Told("first"));
            tx.OnRollback(() => throw new InvalidOperationException("broken"));
            tx.OnRollback(() => Told("third"));
            tx.OnCommit(() => Told("committed"));
        }

        Assert.Equal(["third", "first"], _told);
    });

    [Fact]
    public Task Hook_reads_what_was_set_in_its_transaction_and_what_it_begins_is_its_own() => In(async () =>
    {
        await using (var outer = await Transaction.BeginAsync(ct: Token))
        {
            outer.Set("who", "outer");
            await using var inner = await Transaction.BeginAsync(ct: Token);
            inner.Set("what", "inner");
            inner.OnRollback(async () =>
            {
                var current = Transaction.Current!;
                await Told($"{current.Get<string>("who")} {current.Get<string>("what")}");
                await Transaction.RunAsync(own =>
                {
                    own.OnCommit(() => Told("own"));
                    return Task.CompletedTask;
                }, ct: Token);
            });
            await inner.CommitAsync(Token);
        }

        Assert.Equal(["outer inner", "own"], _told);
        Assert.Null(Transaction.Current);
    });

    [Fact]
    public Task Commit_runs_its_hooks_in_order_and_nothing_is_undone_after_it() => In(async () =>
    {
        await using (var tx = await Transaction.BeginAsync(ct: Token))
        {
            Assert.Same(tx, Transaction.Current);
            tx.OnCommit(() => Told("one"));
            tx.OnCommit(() => Told("two"));
            tx.OnRollback(() => Told("undone"));
            await tx.CommitAsync(Token);
            Assert.True(tx.IsCommitted);
        }

        Assert.Null(Transaction.Current);
        Assert.Equal(["one", "two"], _told);
    });

    [Fact]
    public Task Inner_lazy_transaction_shares_the_fate_of_the_outer_one() => In(async () =>
    {
        await using (var outer = await Transaction.BeginAsync(ct: Token))
        {
            outer.OnRollback(() => Told("outer before"));
            await Transaction.RunAsync(inner => { inner.OnRollback(() => Told("inner")); inner.OnCommit(() => Told("inner committed")); return Task.CompletedTask; }, ct: Token);
            outer.OnRollback(() => Told("outer after"));
        }

        Assert.Equal(["outer after", "inner", "outer before"], _told);
    });

    [Fact]
    public Task Eager_inner_transaction_stays_committed_when_the_outer_one_is_undone() => In(async () =>
    {
        await using (var outer = await Transaction.BeginAsync(ct: Token))
        {
            await Transaction.RunAsync(
                inner => { inner.OnRollback(() => Told("inner undone")); inner.OnCommit(() => Told("inner committed")); return Task.CompletedTask; },
                options: new() { CommitMode = CommitMode.Eager }, ct: Token);
            outer.OnRollback(() => Told("outer"));
        }

        Assert.Equal(["inner committed", "outer"], _told);
    });

    [Fact]
    public Task Mode_off_commits_only_where_the_code_says_so() => In(async () =>
    {
        var off = new TransactionOptions { CommitMode = CommitMode.Off };
        await Transaction.RunAsync(tx => { tx.OnRollback(() => Told("undone")); return Task.CompletedTask; }, options: off, ct: Token);
        await Transaction.RunAsync(async tx => { tx.OnCommit(() => Told("done")); await tx.CommitAsync(Token); }, options: off, ct: Token);

        Assert.Equal(["undone", "done"], _told);
    });

    [Fact]
    public Task Commit_hook_that_fails_rolls_everything_back_and_forgets_what_was_kept() => In(async () =>
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Transaction.RunAsync(
            async outer =>
            {
                await Transaction.RunAsync<int>(inner => { inner.OnRollback(() => Told("inner undone")); return Task.FromResult(1); }, "inner-key", ct: Token);
                outer.OnRollback(() => Told("outer undone"));
                outer.OnCommit(() => throw new InvalidOperationException("no"));
            },
            ct: Token));

        Assert.Equal("no", thrown.Message);
        Assert.Equal(["outer undone", "inner undone"], _told);
        await using var again = await Transaction.BeginAsync("inner-key", ct: Token);
        Assert.False(again.IsCommitted);
    });

    [Fact]
    public Task Key_that_was_committed_hands_its_value_back_until_it_is_overwritten() => In(async () =>
    {
        var runs = 0;
        Task<Order> Run(TransactionOptions? options = null) => Transaction.RunAsync(_ => Task.FromResult(new Order("tea", ++runs)), "order 7/a", options, Token);

        Assert.Equal(new Order("tea", 1), await Run());
        Assert.Equal(new Order("tea", 1), await Run());
        Assert.Equal(new Order("tea", 2), await Run(new() { Overwrite = true }));
        Assert.Equal(new Order("tea", 2), await Run());
        await using var tx = await Transaction.BeginAsync("order 7/a", ct: Token);
        Assert.True(tx.IsCommitted && tx.TryRead<Order>(out var kept) && kept.Number == 2);
        Assert.False(tx.TryRead<int>(out _));
    });

    [Fact]
    public Task Key_of_what_was_rolled_back_is_run_again() => In(async () =>
    {
        var isBroken = true;
        Task<int> Run() => Transaction.RunAsync(_ => isBroken ? throw new InvalidOperationException("broken") : Task.FromResult(5), "fragile", ct: Token);

        await Assert.ThrowsAsync<InvalidOperationException>(Run);
        isBroken = false;
        Assert.Equal(5, await Run());
    });

    [Fact]
    public Task Serializable_transactions_of_a_key_wait_for_each_other_and_find_what_was_committed() => In(async () =>
    {
        var serializable = new TransactionOptions { Isolation = TransactionIsolation.Serializable };
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Transaction.RunAsync(async _ => { entered.SetResult(); await leave.Task; return 1; }, "one-at-a-time", serializable, Token);
        await entered.Task;

        var late = await Assert.ThrowsAsync<TimeoutException>(() => Transaction.BeginAsync("one-at-a-time", serializable with { LockTimeout = TimeSpan.Zero }, Token));
        Assert.Null(Transaction.Current);
        var second = Transaction.RunAsync(_ => Task.FromResult(2), "one-at-a-time", serializable, Token);
        Assert.False(second.IsCompleted);
        leave.SetResult();

        Assert.Contains("'one-at-a-time' is under way elsewhere", late.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (await first, await second));
    });

    [Fact]
    public Task Data_of_the_outer_transaction_is_seen_inside_and_not_the_other_way_round() => In(async () =>
    {
        await using var outer = await Transaction.BeginAsync(ct: Token);
        outer.Set("path", "/tmp/a");
        await using (var inner = await Transaction.BeginAsync(ct: Token))
        {
            inner.Set("rows", 3);
            Assert.Equal(("/tmp/a", 3), (inner.Get<string>("path"), inner.Get<int>("rows")));
        }

        Assert.Equal(-1, outer.Get("rows", -1));
        Assert.Contains("'rows'", Assert.Throws<KeyNotFoundException>(() => outer.Get<int>("rows")).Message, StringComparison.Ordinal);
    });

    [Fact]
    public async Task Flow_that_fails_undoes_what_its_tasks_did_before_it_is_failed()
    {
        Test.Value = this;

        await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => Importing(forgets: false)));

        Assert.Equal(["removed b", "removed a"], _told);
        Assert.Equal("Failed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Fact]
    public async Task Transaction_that_nobody_ended_is_rolled_back_when_its_flow_ends()
    {
        Test.Value = this;

        await Assert.ThrowsAsync<InvalidOperationException>(() => In(() => Importing(forgets: true)));

        Assert.Equal(["removed b", "removed a"], _told);
    }

    [Fact]
    public async Task Hooks_of_tasks_run_with_the_transaction_they_were_called_in()
    {
        Test.Value = this;

        await In(() => Hooked(commits: true));
        await In(() => Hooked(commits: false));

        Assert.Equal(["kept hook-0 Completed", "kept hook-1 Completed", "dropped hook-1 Completed", "dropped hook-0 Completed"], _told);
    }

    [Fact]
    public async Task Cancelled_run_can_still_undo_its_work()
    {
        Test.Value = this;
        using var source = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => In(() => Cancelled(source, source.Token)));

        Assert.Equal(["token cancelled: False"], _told);
    }

    [Flow]
    private static async Task Importing(bool forgets)
    {
        var tx = await Transaction.BeginAsync();
        await Write("a");
        await Write("b");
        if (forgets)
            throw new InvalidOperationException("and never disposed");
        await using (tx)
            throw new InvalidOperationException("c is missing");
    }

    [Task]
    private static Task Write(string name)
    {
        var test = Test.Value!;
        Transaction.Current!.OnRollback(() => test.Told($"removed {name}"));
        return Task.CompletedTask;
    }

    [Flow]
    private static async Task Hooked(bool commits)
    {
        await using var tx = await Transaction.BeginAsync();
        await Hook();
        await Hook();
        if (commits)
            await tx.CommitAsync();
    }

    [Task(OnCommit = nameof(Kept), OnRollback = nameof(Dropped))]
    private static Task Hook() => Task.CompletedTask;

    private static void Kept(TaskRunContext run, State state) => Test.Value!.Told($"kept {run.Name} {state.Name}");

    private static void Dropped(TaskRunContext run, State state) => Test.Value!.Told($"dropped {run.Name} {state.Name}");

    [Flow]
    private static async Task Cancelled(CancellationTokenSource source, CancellationToken ct)
    {
        var test = Test.Value!;
        await using var tx = await Transaction.BeginAsync(ct: ct);
        tx.OnRollback(() => test.Told($"token cancelled: {Surroundings.Current.Token.IsCancellationRequested}"));
        await source.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private sealed record Order(string What, int Number);
}
