namespace Reeve.Bench;

/// <summary>Something to measure: <paramref name="Count"/> requests, each made from its index.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Count">How many requests.</param>
/// <param name="Request">Method, path and body of request number i.</param>
/// <param name="Seen">Reads the answer of request number i, outside of the measured time.</param>
internal sealed record Scenario(string Name, int Count, Func<int, (string Method, string Path, ReadOnlyMemory<byte> Body)> Request, Action<int, Answer>? Seen = null);

/// <summary>What a scenario came to.</summary>
/// <param name="Name">The scenario.</param>
/// <param name="Connections">Connections at once.</param>
/// <param name="Requests">Requests sent.</param>
/// <param name="Errors">Answers outside of 2xx.</param>
/// <param name="PerSecond">Requests per second of wall clock.</param>
/// <param name="P50">Median, milliseconds.</param>
/// <param name="P99">99th percentile, milliseconds.</param>
/// <param name="ServerCpuMicroseconds">Processor time of the server per request; null when its process is not known.</param>
/// <param name="DatabaseCpuMicroseconds">Processor time of PostgreSQL's connections per request; null when they are not known.</param>
/// <param name="ServerResidentMegabytes">Resident memory of the server afterwards; null when its process is not known.</param>
internal sealed record Measurement(
    string Name, int Connections, int Requests, int Errors, double PerSecond, double P50, double P99, double? ServerCpuMicroseconds, double? DatabaseCpuMicroseconds,
    double? ServerResidentMegabytes);
