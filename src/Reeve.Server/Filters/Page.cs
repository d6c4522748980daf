using System.Globalization;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;

namespace Reeve.Server.Filters;

/// <summary>The page that a query asks for, checked.</summary>
internal static class Page
{
    internal const int Largest = 200;

    /// <summary>"limit … offset …" of the query.</summary>
    /// <exception cref="InvalidRequestException">The limit or the offset is outside its bounds.</exception>
    internal static string Sql(Query query)
    {
        List<Fault> faults = [];
        if (query.Limit is < 0)
            faults.Add(new(["body", "limit"], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (query.Limit is > Largest)
            faults.Add(new(["body", "limit"], string.Create(CultureInfo.InvariantCulture, $"Input should be less than or equal to {Largest}"), "less_than_equal"));
        if (query.Offset is < 0)
            faults.Add(new(["body", "offset"], "Input should be greater than or equal to 0", "greater_than_equal"));
        return faults.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"limit {query.Limit ?? Largest} offset {query.Offset ?? 0}")
            : throw new InvalidRequestException(faults);
    }

    /// <summary>The SQL of the wanted order among those a route knows.</summary>
    /// <exception cref="InvalidRequestException">The route does not know the order.</exception>
    internal static string Order(string? sort, string standard, IReadOnlyDictionary<string, string> known) =>
        known.TryGetValue(sort ?? standard, out var sql)
            ? "order by " + sql
            : throw new InvalidRequestException("body.sort", $"Input should be one of {string.Join(", ", known.Keys.Select(key => $"'{key}'"))}", "enum");
}
