using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;

namespace Reeve.Server.Filters;

/// <summary>The answer of the <c>…/bulk_delete</c> routes: what is gone.</summary>
internal sealed record Deleted(
    [property: System.Text.Json.Serialization.JsonPropertyName("deleted")] List<Guid> Ids);

/// <summary>How much one request may delete.</summary>
internal static class BulkDelete
{
    private const int Most = 50;

    /// <exception cref="InvalidRequestException">The limit is outside its bounds.</exception>
    internal static int Limit(Query query) => query.Limit is { } limit
        ? limit is >= 1 and <= Most ? limit : throw new InvalidRequestException("body.limit", $"Input should be from 1 to {Most}", "less_than_equal")
        : Most;
}
