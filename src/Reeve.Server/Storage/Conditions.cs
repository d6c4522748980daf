using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Reeve.Server.Storage;

/// <summary>Gathers the conditions of a query and the parameters they bind.</summary>
internal sealed class Conditions(Dialect dialect)
{
    private readonly List<(string Name, SqlValue Value)> parameters = [];

    internal Dialect Dialect { get; } = dialect;

    /// <summary>The query goes along an index in its order: criteria are checked row by row instead of being looked up in indexes of their own.</summary>
    internal bool InOrder { get; init; }

    /// <summary>The column of that order; criteria on it may use its index.</summary>
    internal string? Along { get; init; }

    /// <summary>What meets the criteria is known to be a small part of all.</summary>
    internal bool FindsFew { get; init; }

    /// <summary>A column in a criterion: along another column's order it is looked at, not looked up.</summary>
    internal string Column(string column) => InOrder && Along != column ? Dialect.Unindexed(column) : column;

    /// <summary>A column holds a text as <see cref="Dialect.Pattern"/> means it, in letters of either case.</summary>
    internal string Holds(string column, string text)
    {
        var contained = Dialect.Pattern(text);
        return Ascii.IsValid(contained) && !contained.Contains('\\', StringComparison.Ordinal) ? Dialect.LikePlain(column, Bind(contained)) : Dialect.Like(column, Bind(contained));
    }

    internal ReadOnlySpan<(string Name, SqlValue Value)> Parameters => CollectionsMarshal.AsSpan(parameters);

    /// <summary>Adds a parameter and returns its name, without the sign.</summary>
    internal string Bind(SqlValue value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{parameters.Count}");
        parameters.Add((name, value));
        return name;
    }

    /// <summary>Joins conditions by "and", or by "or" when the operator says "or_"; null where none is given.</summary>
    internal static string? Join(string? @operator, params ReadOnlySpan<string?> conditions)
    {
        List<string> given = [];
        foreach (var condition in conditions)
            if (condition is not null)
                given.Add(condition);
        return given.Count switch
        {
            0 => null,
            1 => given[0],
            _ => $"({string.Join(@operator == "or_" ? " or " : " and ", given)})",
        };
    }

    /// <summary>"where …" of all conditions, or nothing.</summary>
    internal static string Where(params ReadOnlySpan<string?> conditions) => Join(null, conditions) is { } all ? "where " + all : "";
}
