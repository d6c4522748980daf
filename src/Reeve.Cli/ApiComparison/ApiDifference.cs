namespace Reeve.Cli.ApiComparison;

/// <summary>Something that the other document has and this program lacks or does otherwise.</summary>
/// <param name="Operation">Method and path.</param>
/// <param name="Place">Where: "parameter limit", "body.flow_runs.id.any_", "answer 200.name", or empty for the operation itself.</param>
/// <param name="What">What differs.</param>
/// <param name="Reason">Why it is meant so; null: nobody meant it.</param>
internal sealed record ApiDifference(string Operation, string Place, string What, string? Reason);

/// <summary>What became of one operation of the other document.</summary>
internal sealed record ComparedOperation(string Operation, string Status, IReadOnlyList<ApiDifference> Differences);
