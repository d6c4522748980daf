namespace Reeve.Server.Storage;

/// <summary>What a look into a database found.</summary>
/// <param name="Kind">"sqlite" or "postgresql".</param>
/// <param name="Version">The last migration that ran; 0: none, the database is new.</param>
/// <param name="ProgramVersion">The last migration that this program knows.</param>
/// <param name="Pending">Names of migrations that are still to run.</param>
/// <param name="Faults">What is wrong, a sentence each.</param>
public sealed record DatabaseReport(string Kind, long Version, long ProgramVersion, IReadOnlyList<string> Pending, IReadOnlyList<string> Faults)
{
    /// <summary>Nothing is wrong and nothing is pending.</summary>
    public bool IsGood => Faults.Count == 0 && Pending.Count == 0;
}
