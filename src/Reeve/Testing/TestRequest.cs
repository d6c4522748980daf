namespace Reeve.Testing;

/// <summary>A request that the API of a <see cref="FlowTestHost"/> received.</summary>
/// <param name="Method">GET, POST …</param>
/// <param name="Path">The path below <c>/api</c>, without slashes at its ends: <c>task_runs/…/set_state</c>.</param>
/// <param name="Time">When, in virtual time.</param>
public sealed record TestRequest(string Method, string Path, DateTimeOffset Time);
