namespace Reeve.Testing;

/// <summary>How a <see cref="FlowTestHost"/> behaves.</summary>
public sealed record FlowTestOptions
{
    /// <summary>The first moment of virtual time; default noon UTC of 1 January 2030.</summary>
    public DateTimeOffset Start { get; init; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// How long, in real time, nothing must happen before virtual time goes on although code waits for something that it cannot see: the network,
    /// a file, a delay without the host's time. Default 250 milliseconds. <see cref="VirtualTime.Hold"/> stops it for certain.
    /// </summary>
    public TimeSpan RealWait { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The real time after which code that has not ended is given up; default 60 seconds.</summary>
    public TimeSpan RealTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Settings by name, such as <c>REEVE_LOGGING_LEVEL</c>. Neither the environment nor any profile is read. Default none.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
