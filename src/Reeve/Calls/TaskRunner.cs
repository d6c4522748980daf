namespace Reeve;

/// <summary>Where submitted and mapped tasks run, and how many at once. A flow has one of its own: what one flow run submits takes no slot of another's.</summary>
public sealed class TaskRunner
{
    /// <summary>How many calls of a flow run at once when nothing else is said: 256. Calls that wait for input or output cost no thread.</summary>
    public const int DefaultWorkers = 256;

    private TaskRunner(TaskRunnerKind kind, int maxWorkers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWorkers, 1);
        Kind = kind;
        MaxWorkers = maxWorkers;
    }

    /// <summary>One call after the other, in the order of submission.</summary>
    public static TaskRunner Inline { get; } = new(TaskRunnerKind.Inline, 1);

    /// <summary>Threads of this process: the default.</summary>
    public static TaskRunner Default { get; } = new(TaskRunnerKind.ThreadPool, DefaultWorkers);

    /// <summary>Where the calls run.</summary>
    public TaskRunnerKind Kind { get; }

    /// <summary>How many calls run at once.</summary>
    public int MaxWorkers { get; }

    /// <summary>Threads of this process.</summary>
    /// <param name="maxWorkers">How many calls run at once; default <see cref="DefaultWorkers"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is below 1.</exception>
    public static TaskRunner ThreadPool(int maxWorkers = DefaultWorkers) => new(TaskRunnerKind.ThreadPool, maxWorkers);

    /// <summary>
    /// Child processes of this program, each with one call at a time. Arguments and results travel as JSON; an instance method runs on a new
    /// instance; flows stay in this process. A child that dies takes its call with it, which is retried as a failure would be, and ends as
    /// Crashed when no retry is left.
    /// </summary>
    /// <param name="maxWorkers">How many processes; default the number of processors.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is below 1.</exception>
    public static TaskRunner Process(int? maxWorkers = null) => new(TaskRunnerKind.Process, maxWorkers ?? Environment.ProcessorCount);

    /// <summary>Reads a runner as the setting <c>TASK_RUNNER</c> writes it: "thread-pool", "thread-pool(8)", "process", "process(4)" or "inline".</summary>
    /// <param name="text">The text.</param>
    /// <param name="runner">The runner; null where the text is none of them.</param>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TaskRunner? runner) => (runner = text is null ? null : Parse(text.Trim())) is not null;

    /// <summary>Reads what <see cref="TryParse"/> does; null where the text is none of them.</summary>
    internal static TaskRunner? Parse(string text)
    {
        var match = System.Text.RegularExpressions.Regex.Match(text, @"^(?<kind>thread-pool|process|inline)(\((?<workers>[1-9]\d{0,5})\))?$", System.Text.RegularExpressions.RegexOptions.CultureInvariant);
        int? workers = match.Groups["workers"] is { Success: true } given ? int.Parse(given.Value, System.Globalization.CultureInfo.InvariantCulture) : null;
        return match.Groups["kind"].Value switch
        {
            "thread-pool" => ThreadPool(workers ?? DefaultWorkers),
            "process" => Process(workers),
            "inline" when workers is null or 1 => Inline,
            _ => null,
        };
    }

    /// <summary>Takes runners of one kind and size for one.</summary>
    internal static IEqualityComparer<TaskRunner> ByShape { get; } =
        EqualityComparer<TaskRunner>.Create((a, b) => (a?.Kind, a?.MaxWorkers) == (b?.Kind, b?.MaxWorkers), runner => (runner.Kind, runner.MaxWorkers).GetHashCode());

    /// <inheritdoc />
    public override string ToString() => $"{Kind}({MaxWorkers})";
}

/// <summary>The kinds of task runners.</summary>
public enum TaskRunnerKind
{
    /// <summary>Threads of this process.</summary>
    ThreadPool,

    /// <summary>One after the other.</summary>
    Inline,

    /// <summary>Child processes of this program.</summary>
    Process,
}
