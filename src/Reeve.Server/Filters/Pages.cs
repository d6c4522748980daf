using System.Globalization;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;

namespace Reeve.Server.Filters;

/// <summary>The answer of the <c>…/paginate</c> routes.</summary>
internal sealed record Pages<T>(List<T> Results, long Count, int Limit, long PageCount, int Page)
{
    [System.Text.Json.Serialization.JsonPropertyName("pages")]
    public long PageCount { get; init; } = PageCount;
}

/// <summary>Reads a numbered page.</summary>
internal static class NumberedPage
{
    /// <summary>The query of a request's body, with the limit and offset of its page.</summary>
    /// <exception cref="InvalidRequestException">The page or the limit is outside its bounds.</exception>
    internal static async ValueTask<Query> ReadNumberedPageAsync(this HttpContext http)
    {
        var (query, largest) = (await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false), Page.Largest(http));
        var (page, limit) = (query.Page ?? 1, query.Limit ?? largest);
        List<Fault> faults = [];
        if (page < 1)
            faults.Add(new(["body", "page"], "Input should be greater than or equal to 1", "greater_than_equal"));
        if (limit < 0 || limit > largest)
            faults.Add(new(["body", "limit"], string.Create(CultureInfo.InvariantCulture, $"Input should be from 0 to {largest}"), "less_than_equal"));
        else if ((page - 1L) * limit > int.MaxValue)
            faults.Add(new(["body", "page"], "Input should be less than or equal to the last page", "less_than_equal"));
        return faults.Count == 0 ? query with { Page = page, Limit = limit, Offset = (page - 1) * limit } : throw new InvalidRequestException(faults);
    }

    /// <summary>The answer to a query that <see cref="ReadNumberedPageAsync"/> made.</summary>
    internal static Pages<T> Answer<T>(Query query, List<T> results, long count) =>
        new(results, count, query.Limit!.Value, query.Limit > 0 ? (count + query.Limit.Value - 1) / query.Limit.Value : 0, query.Page!.Value);
}
