namespace Reeve.Engine;

/// <summary>A value that task runs made.</summary>
internal sealed record ResultOrigin(object? Value, IReadOnlyList<Guid> TaskRuns);
