using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Server.Storage;

namespace Reeve.Server.Filters;

/// <summary>The criteria on single values as SQL. A criterion that is not given is null.</summary>
internal static class Criteria
{
    internal static string? Of(Conditions on, string column, AnyOf<Guid>? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.Any is { } any ? AnyOf(on, column, any) : null,
        filter.NotAny is { } none ? $"({column} is null or not {on.Dialect.AnyId(column, on.Bind(none.ToArray()))})" : null,
        Null(column, filter.IsNull));

    internal static string? Of(Conditions on, string column, AnyOf<string>? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.Any is { } any ? AnyOf(on, column, any) : null,
        filter.NotAny is { } none ? $"({column} is null or not {on.Dialect.AnyText(column, on.Bind(none.ToArray()))})" : null,
        filter.Like is { } like ? on.Dialect.Like(column, on.Bind(Dialect.Pattern(like))) : null,
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

    /// <summary><paramref name="byOther"/>: another criterion has the better index.</summary>
    internal static string? Of(Conditions on, string alias, StateFilter? filter, bool byOther = false) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.Type is { } type ? Of(on, byOther ? on.Dialect.Unindexed($"{alias}.state_type") : $"{alias}.state_type", Wire(type)) : null,
        Of(on, $"{alias}.state_name", filter.Name));

    internal static string? Of(Conditions on, string column, EqualsFilter? filter) =>
        filter?.EqualTo is { } wanted ? $"{column} = @{on.Bind(wanted)}" : null;

    internal static string? Of(Conditions on, string column, CreatedByFilter? filter) => filter is null ? null : Conditions.Join(
        filter.Operator,
        filter.Id is { } ids ? AnyOf(on, on.Dialect.JsonText(column, "id"), [.. ids.Select(id => id.ToString())]) : null,
        filter.Type is { } types ? AnyOf(on, on.Dialect.JsonText(column, "type"), types) : null,
        Null(column, filter.IsNull));

    // one value is the usual case, and as an equality it can use an index for its order too
    internal static string AnyOf(Conditions on, string column, IReadOnlyList<Guid> any) =>
        any.Count == 1 ? $"{column} = @{on.Bind(any[0])}" : on.Dialect.AnyId(column, on.Bind(any.ToArray()));

    private static string AnyOf(Conditions on, string column, IReadOnlyList<string> any) =>
        any.Count == 1 ? $"{column} = @{on.Bind(any[0])}" : on.Dialect.AnyText(column, on.Bind(any.ToArray()));

    private static AnyOf<string> Wire(AnyOf<StateType> types) => new()
    {
        Any = types.Any?.Select(type => type.ToWire()).ToList(),
        NotAny = types.NotAny?.Select(type => type.ToWire()).ToList(),
        IsNull = types.IsNull,
    };

    private static string? StartsWith(Conditions on, string column, IReadOnlyList<string>? starts) => starts is null
        ? null
        : starts.Count == 0 ? "false" : Conditions.Join("or_", [.. starts.Select(start => on.Dialect.Like(column, on.Bind(Dialect.Contains(start)[1..])))]);

    private static string? Null(string column, bool? isNull) => isNull is { } wanted ? $"{column} is {(wanted ? "" : "not ")}null" : null;
}
