namespace Reeve.Server.Storage;

/// <summary>
/// Runs pieces of work beside each other in one transaction: each goes on until it waits for a result, then all their questions make one round trip. One that wants a row which
/// another of them has locked waits for the other's end.
/// </summary>
internal sealed class PostgresTogether
{
    private readonly Dictionary<(string Table, Guid Id), Session> holders = [];
    private readonly List<(Session Who, (string Table, Guid Id) Row, TaskCompletionSource Turn)> wanting = [];

    internal static async ValueTask RunAsync(PostgresPipeline pipeline, IEnumerable<PostgresWrite> group, Wakeups wakeups)
    {
        var together = pipeline.Together = new PostgresTogether();
        // each runs on this thread until it waits; the answers below make it go on, on this thread again
        Task[] running = [.. group.Select(write => write.RunAsync(pipeline, wakeups, CancellationToken.None).AsTask())];
        try
        {
            while (pipeline.HasQuestions)
                await pipeline.SendAsync(CancellationToken.None).ConfigureAwait(false);
            together.Dissolve();
        }
        catch (Exception fault)
        {
            together.Dissolve();
            // none may still be under way when it is run again
            while (pipeline.HasQuestions)
                pipeline.Fail(fault);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            pipeline.Together = null;
        }
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    /// <summary>Returns when no other piece of work has locked this row.</summary>
    internal Task HoldAsync(Session who, (string Table, Guid Id) row)
    {
        if (holders.TryAdd(row, who) || ReferenceEquals(holders[row], who))
            return Task.CompletedTask;
        var turn = new TaskCompletionSource();
        wanting.Add((who, row, turn));
        return turn.Task;
    }

    /// <summary>A piece of work has ended: what it held goes to those who wait, the first of each row.</summary>
    internal void GiveUp(Session who)
    {
        foreach (var row in holders.Where(held => ReferenceEquals(held.Value, who)).Select(held => held.Key).ToList())
        {
            holders.Remove(row);
            var next = wanting.FindIndex(waiting => waiting.Row == row);
            if (next < 0)
                continue;
            var turn = wanting[next].Turn;
            holders[row] = wanting[next].Who;
            wanting.RemoveAt(next);
            turn.TrySetResult();
        }
    }

    // two that wait for each other, or for one whose question failed; by themselves they do not
    private void Dissolve()
    {
        var left = wanting.ConvertAll(waiting => waiting.Turn);
        wanting.Clear();
        foreach (var turn in left)
            turn.TrySetException(new StorageBusyException("Pieces of work wait for each other's rows.", TimeSpan.FromSeconds(1)));
    }
}
