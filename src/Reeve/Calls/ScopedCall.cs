using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>Calls a lambda with a scope around it.</summary>
internal static class ScopedCall
{
    /// <summary>Calls it where it is: a blocking lambda holds this thread.</summary>
    public static async Task<T> RunAsync<T>(Lambda<T> lambda, CallScope scope)
    {
        scope.Enter(); // until this method returns: an asynchronous method gives its caller's context back
        var value = await lambda.Call();
        Demand(scope);
        return value;
    }

    /// <summary>Calls a blocking lambda in this thread.</summary>
    public static T Run<T>(Func<T> call, CallScope scope)
    {
        var before = scope.Enter();
        try
        {
            var value = call();
            Demand(scope);
            return value;
        }
        finally
        {
            CallScope.Leave(before);
        }
    }

    // What was said for the call would be lost without a word.
    private static void Demand(CallScope scope)
    {
        if (!scope.IsTaken)
        {
            throw new InvalidOperationException(
                "The lambda called no [Task] or [Flow] method that is routed through the engine. Call one in it, and see whether the project's build allows interceptors (REEVE diagnostics).");
        }
    }
}
