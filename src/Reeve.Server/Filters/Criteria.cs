using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>The criteria on single values as SQL. A criterion that is not given is null.</summary>
internal static class Criteria
{
    internal static string? Of(Conditions on, string column, AnyOf<Guid>? filter) => filter is null ? null : Conditions.Join(
        null,
        filter.Any is { } any ? Any(on, column, any) : null,
        filter.NotAny is { } none ? $"({column} is null or not {on.Dialect.AnyId(column, on.Bind(none.ToArray()))})" : null,
        Null(column, filter.IsNull));

    internal static string? Of(Conditions on, string column, AnyOf<string>? filter) => filter is null ? null : Conditions.Join(
        null,
        filter.Any is { } any ? Any(on, column, any) : null,
        filter.NotAny is { } none ? $"({column} is null or not {on.Dialect.AnyText(column, on.Bind(none.ToArray()))})" : null,
        filter.Like is { } like ? on.Dialect.Like(column, on.Bind(Dialect.Contains(like))) : null,
        StartsWith(on, column, filter.StartsWith),
        Null(column, filter.IsNull));

    internal static string? Of(Conditions on, string column, TagsFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.All is { Count: > 0 } all ? on.Dialect.HasAll(column, on.Bind(all.ToArray())) : null,
        filter.Any is { } any ? on.Dialect.HasAny(column, on.Bind(any.ToArray())) : null,
        filter.IsNull is { } empty ? $"{(empty ? "" : "not ")}{on.Dialect.IsEmptyArray(column)}" : null);

    internal static string? Of(Conditions on, string column, RangeFilter<DateTimeOffset>? filter) => filter is null ? null : Conditions.Join(
        null,
        (filter.Before ?? filter.AtMost) is { } before ? $"{column} <= @{on.Bind(before)}" : null,
        (filter.After ?? filter.AtLeast) is { } after ? $"{column} >= @{on.Bind(after)}" : null,
        Null(column, filter.IsNull));

    internal static string? Of(Conditions on, string column, RangeFilter<int>? filter) => filter is null ? null : Conditions.Join(
        null,
        (filter.Before ?? filter.AtMost) is { } most ? $"{column} <= @{on.Bind(most)}" : null,
        (filter.After ?? filter.AtLeast) is { } least ? $"{column} >= @{on.Bind(least)}" : null,
        Null(column, filter.IsNull));

    internal static string? Of(Conditions on, string alias, StateFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.Type is { } type ? Of(on, $"{alias}.state_type", Wire(type)) : null,
        Of(on, $"{alias}.state_name", filter.Name));

    internal static string? Of(Conditions on, string column, EqualsFilter? filter) =>
        filter?.EqualTo is { } wanted ? $"{column} = @{on.Bind(wanted)}" : null;

    // Plain equality for the usual single value: then an index on the column and the sort gives the page in order, without reading all that match.
    private static string Any(Conditions on, string column, IReadOnlyList<Guid> any) =>
        any.Count == 1 ? $"{column} = @{on.Bind(any[0])}" : on.Dialect.AnyId(column, on.Bind(any.ToArray()));

    private static string Any(Conditions on, string column, IReadOnlyList<string> any) =>
        any.Count == 1 ? $"{column} = @{on.Bind(any[0])}" : on.Dialect.AnyText(column, on.Bind(any.ToArray()));

    private static AnyOf<string> Wire(AnyOf<StateType> types) => new()
    {
        Any = types.Any?.Select(type => type.ToWire()).ToList(),
        NotAny = types.NotAny?.Select(type => type.ToWire()).ToList(),
        IsNull = types.IsNull,
    };

    private static string? StartsWith(Conditions on, string column, IReadOnlyList<string>? starts) => starts is null
        ? null
        : starts.Count == 0 ? "false" : Conditions.Join("or_", [.. starts.Select(start => $"substr({column}, 1, @{on.Bind(start.Length)}) = @{on.Bind(start)}")]);

    private static string? Null(string column, bool? isNull) => isNull is { } wanted ? $"{column} is {(wanted ? "" : "not ")}null" : null;
}
