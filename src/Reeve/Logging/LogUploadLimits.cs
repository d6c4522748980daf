namespace Reeve.Logging;

/// <summary>The bounds of <see cref="LogUpload"/>.</summary>
internal sealed record LogUploadLimits
{
    public int QueueLength { get; init; } = 50_000;
    public int BatchLines { get; init; } = 500;
    public int BatchCharacters { get; init; } = 1_000_000;

    /// <summary>Longer messages are cut, visibly; a little under what the API takes.</summary>
    public int MessageLength { get; init; } = 900_000;
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromSeconds(1);
}
