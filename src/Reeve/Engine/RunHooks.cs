using Reeve.Protocol.Runs;

namespace Reeve.Engine;

/// <summary>Calls hooks, one after another. What a hook throws is a log line of its run; the state of the run stays what it is.</summary>
internal static class RunHooks
{
    /// <param name="hooks">The hooks.</param>
    /// <param name="context">The <see cref="FlowRunContext"/> or <see cref="TaskRunContext"/>.</param>
    /// <param name="enter">Makes the run the current one.</param>
    /// <param name="state">The state that the run entered.</param>
    /// <param name="logger">The run's.</param>
    public static Task CallAsync(IReadOnlyList<RunHook> hooks, object context, Action enter, State state, RunLogger logger) =>
        hooks.Count == 0 ? Task.CompletedTask : Task.Run(() => CallAllAsync(hooks, context, enter, state, logger));

    private static async Task CallAllAsync(IReadOnlyList<RunHook> hooks, object context, Action enter, State state, RunLogger logger)
    {
        enter();
        foreach (var hook in hooks)
        {
            try
            {
                logger.Info($"Calling hook '{hook.Name}' for state {state.Name}");
                await hook.Call(context, state);
            }
            catch (Exception e)
            {
                logger.Error(e, $"Hook '{hook.Name}' failed. The run stays {state.Name}:");
            }
        }

        logger.EndPrints();
    }
}
