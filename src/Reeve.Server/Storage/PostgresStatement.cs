using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// A statement's text with its parameters by position, as PostgreSQL numbers them. Each text is read once: the driver would read it again for the names at every use.
/// </summary>
internal sealed class PostgresStatement
{
    // dynamic filters make new texts without end; a full cache starts again
    private const int MostKept = 1000;
    private static readonly ConcurrentDictionary<string, PostgresStatement> Kept = new(StringComparer.Ordinal);
    private readonly string text;
    private readonly string[] names;

    private PostgresStatement(string text, string[] names) => (this.text, this.names) = (text, names);

    internal static NpgsqlBatchCommand Bind(string sql, ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        if (!Kept.TryGetValue(sql, out var statement))
        {
            if (Kept.Count >= MostKept)
                Kept.Clear();
            statement = Kept[sql] = Read(sql);
        }
        return statement.Bind(parameters);
    }

    private NpgsqlBatchCommand Bind(ReadOnlySpan<(string Name, SqlValue Value)> parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        for (var i = 0; i < names.Length; i++)
            command.Parameters.Add(PostgresParameters.Of(Find(parameters, names[i], i)));
        return command;
    }

    // stores mostly name parameters in the order in which the text has them
    private SqlValue Find(ReadOnlySpan<(string Name, SqlValue Value)> parameters, string name, int likely)
    {
        if (likely < parameters.Length && parameters[likely].Name == name)
            return parameters[likely].Value;
        foreach (ref readonly var parameter in parameters)
            if (parameter.Name == name)
                return parameter.Value;
        throw new StorageException($"The parameter '{name}' is not given, for: {text}");
    }

    /// <summary>Numbers the placeholders; what stands in quotes or comments is left as it is, and so are operators such as <c>@&gt;</c>.</summary>
    private static PostgresStatement Read(string sql)
    {
        var (text, names) = (new StringBuilder(sql.Length), new List<string>());
        for (var at = 0; at < sql.Length;)
        {
            var length = Quoted(sql, at);
            if (length == 0 && sql[at] == '@' && at + 1 < sql.Length && (char.IsAsciiLetter(sql[at + 1]) || sql[at + 1] == '_') && (at == 0 || sql[at - 1] != '@'))
            {
                var end = at + 2;
                while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_'))
                    end++;
                var name = sql[(at + 1)..end];
                if (names.IndexOf(name) < 0)
                    names.Add(name);
                text.Append(CultureInfo.InvariantCulture, $"${names.IndexOf(name) + 1}");
                at = end;
                continue;
            }
            length = Math.Max(length, 1);
            text.Append(sql, at, length);
            at += length;
        }
        return new(text.ToString(), [.. names]);
    }

    /// <summary>How long the literal, quoted name or comment is that begins here; 0 where none does.</summary>
    private static int Quoted(string sql, int at)
    {
        var (skip, ending) = sql[at] switch
        {
            '\'' => (1, "'"),
            '"' => (1, "\""),
            '-' when sql.AsSpan(at).StartsWith("--") => (2, "\n"),
            '/' when sql.AsSpan(at).StartsWith("/*") => (2, "*/"),
            _ => (0, ""),
        };
        if (skip == 0)
            return 0;
        var end = sql.IndexOf(ending, at + skip, StringComparison.Ordinal);
        return end < 0 ? sql.Length - at : end + ending.Length - at;
    }
}
