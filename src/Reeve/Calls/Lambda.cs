using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>The author's lambda around a call, whatever it returns.</summary>
/// <param name="Call">Calls it; a blocking one returns a completed task.</param>
/// <param name="Blocks">Whether the lambda holds its thread until the call has ended.</param>
/// <param name="Author">The lambda as it was written.</param>
internal sealed record Lambda<T>(Func<Task<T>> Call, bool Blocks, Delegate Author);

/// <summary>Makes the shapes of lambdas one.</summary>
internal static class Lambda
{
    public static Lambda<T> Of<T>(Func<Task<T>> call, Delegate? author = null) => new(call, false, author ?? call);

    public static Lambda<T> Of<T>(Func<ValueTask<T>> call, Delegate? author = null) => new(() => call().AsTask(), false, author ?? call);

    public static Lambda<T> Of<T>(Func<T> call, Delegate? author = null) => new(() => Task.FromResult(call()), true, author ?? call);

    public static Lambda<Nothing> Of(Func<Task> call, Delegate? author = null) => new(() => Ended(call()), false, author ?? call);

    public static Lambda<Nothing> Of(Func<ValueTask> call, Delegate? author = null) => new(() => Ended(call().AsTask()), false, author ?? call);

    public static Lambda<Nothing> Of(Action call, Delegate? author = null) => new(
        () =>
        {
            call();
            return Task.FromResult<Nothing>(default);
        },
        true,
        author ?? call);

    private static async Task<Nothing> Ended(Task call)
    {
        await call;
        return default;
    }
}
