namespace Reeve.Deployments;

/// <summary>Where a serving process says what it does: the console, or the host's logger.</summary>
internal sealed record ServeLog(Action<string> Info, Action<string> Warning);
