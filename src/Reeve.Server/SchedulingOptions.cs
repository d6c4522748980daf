namespace Reeve.Server;

/// <summary>How far ahead the runs of schedules are made, and how often the scheduler looks.</summary>
public sealed record SchedulingOptions
{
    /// <summary>The pause between two rounds; a changed schedule does not wait for it.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many deployments are looked up at once.</summary>
    public int DeploymentsAtOnce { get; init; } = 100;

    /// <summary>Runs that each schedule has ahead, however far away they are.</summary>
    public int LeastRuns { get; init; } = 3;

    /// <summary>Runs that a schedule has ahead at most.</summary>
    public int MostRuns { get; init; } = 100;

    /// <summary>Every run of this time ahead is made.</summary>
    public TimeSpan Near { get; init; } = TimeSpan.FromHours(1);

    /// <summary>No run later than this is made.</summary>
    public TimeSpan Far { get; init; } = TimeSpan.FromDays(100);
}
