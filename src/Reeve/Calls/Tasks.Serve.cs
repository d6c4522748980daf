namespace Reeve;

public static partial class Tasks
{
    /// <summary>Runs delayed tasks in this program until it is told to end (SIGTERM, Ctrl+C).</summary>
    /// <param name="tasks">Methods marked [Task]; none means all of the program.</param>
    /// <exception cref="ArgumentException">A method is no task, or only code can call it.</exception>
    public static Task ServeAsync(params Delegate[] tasks) => new TaskWorker(tasks).RunAsync();

    /// <summary>Runs delayed tasks in this program until it is told to end.</summary>
    /// <param name="options">How the worker works.</param>
    /// <param name="ct">Asks it to stop, as SIGTERM and Ctrl+C do.</param>
    /// <param name="tasks">Methods marked [Task]; none means all of the program.</param>
    /// <exception cref="ArgumentException">A method is no task, or only code can call it.</exception>
    public static Task ServeAsync(TaskWorkerOptions options, CancellationToken ct, params Delegate[] tasks) => new TaskWorker(options, tasks).RunAsync(ct);
}
