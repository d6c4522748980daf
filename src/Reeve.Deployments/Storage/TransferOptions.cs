namespace Reeve.Deployments.Storage;

/// <summary>How a folder is transferred.</summary>
internal sealed record TransferOptions
{
    public const int DefaultParallel = 32;

    /// <summary>How many requests run at once.</summary>
    public int Parallel { get; init; } = DefaultParallel;

    /// <summary>The ignore file, below the folder; null: the usual ones.</summary>
    public string? IgnoreFile { get; init; }

    /// <summary>Whether objects below the prefix that the folder does not hold are deleted.</summary>
    public bool Deletes { get; init; }

    /// <summary>Whether a file whose size and checksum the store holds already is left alone.</summary>
    public bool SkipsUnchanged { get; init; } = true;

    /// <summary>Content above this size goes in parts, several at once.</summary>
    public long PartLength { get; init; } = 16 * 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public required Action<string> Say { get; init; }

    public required Action<string> Warn { get; init; }

    public RequestGate Gate() => new(Parallel, Time, Warn);
}
