using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Server.Hosting;

namespace Reeve.Server.Filters;

/// <summary>The page that a query asks for, checked.</summary>
internal static class Page
{
    /// <summary>How much a query gives that comes from no request.</summary>
    internal const int Standard = 200;

    /// <summary>How much one request may ask for, and is given where it names no limit.</summary>
    internal static int Largest(HttpContext http) => http.RequestServices.GetRequiredService<ServerOptions>().LargestPage;

    /// <summary>The query of a request's body, with its limit.</summary>
    /// <exception cref="InvalidRequestException">The limit or the offset is outside its bounds.</exception>
    internal static async ValueTask<Query> ReadPageAsync(this HttpContext http)
    {
        var (query, largest) = (await http.Request.ReadWireAsync<Query>(http.RequestAborted).ConfigureAwait(false), Largest(http));
        List<Fault> faults = [];
        if (query.Limit is < 0)
            faults.Add(new(["body", "limit"], "Input should be greater than or equal to 0", "greater_than_equal"));
        if (query.Limit > largest)
            faults.Add(new(["body", "limit"], string.Create(CultureInfo.InvariantCulture, $"Input should be less than or equal to {largest}"), "less_than_equal"));
        if (query.Offset is < 0)
            faults.Add(new(["body", "offset"], "Input should be greater than or equal to 0", "greater_than_equal"));
        return faults.Count == 0 ? query with { Limit = query.Limit ?? largest } : throw new InvalidRequestException(faults);
    }

    /// <summary>"limit … offset …" of a query whose bounds are checked.</summary>
    internal static string Sql(Query query) => string.Create(CultureInfo.InvariantCulture, $"limit {query.Limit ?? Standard} offset {query.Offset ?? 0}");

    /// <summary>The SQL of the wanted order among those a route knows.</summary>
    /// <exception cref="InvalidRequestException">The route does not know the order.</exception>
    internal static string Order(string? sort, string standard, IReadOnlyDictionary<string, string> known) =>
        known.TryGetValue(sort ?? standard, out var sql)
            ? "order by " + sql
            : throw new InvalidRequestException("body.sort", $"Input should be one of {string.Join(", ", known.Keys.Select(key => $"'{key}'"))}", "enum");
}
