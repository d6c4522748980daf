using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Reeve.Calls;

/// <summary>Futures in the order in which they end.</summary>
internal static class Endings
{
    public static async IAsyncEnumerable<TFuture> Of<TFuture>(IReadOnlyCollection<TFuture> futures, [EnumeratorCancellation] CancellationToken ct)
        where TFuture : TaskFuture
    {
        if (futures.Count == 0)
            yield break;
        var ended = Channel.CreateBounded<TFuture>(futures.Count);
        foreach (var future in futures)
        {
            future.Expect();
            _ = future.Ended.ContinueWith(_ => ended.Writer.TryWrite(future), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        for (var left = futures.Count; left > 0; left--)
            yield return await ended.Reader.ReadAsync(ct);
    }
}
