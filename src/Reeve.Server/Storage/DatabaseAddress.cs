using Npgsql;

namespace Reeve.Server.Storage;

/// <summary>
/// Which database a connection text means: <c>sqlite:///path</c>, <c>sqlite+aiosqlite:///path</c>, <c>Data Source=path</c> or a bare path;
/// <c>postgresql://user:password@host:port/name</c>, <c>postgresql+asyncpg://…</c> or Npgsql's <c>Host=…;…</c>.
/// </summary>
internal sealed record DatabaseAddress
{
    private DatabaseAddress(string? file, NpgsqlConnectionStringBuilder? postgres) => (File, Postgres) = (file, postgres);

    internal string? File { get; }

    internal NpgsqlConnectionStringBuilder? Postgres { get; }

    internal bool IsPostgres => Postgres is not null;

    internal static DatabaseAddress Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
            throw new DatabaseUnusableException("The database connection is empty. Give a file, sqlite:///path or postgresql://user:password@host:port/name.");
        if (text.IndexOf("://", StringComparison.Ordinal) is > 0 and var colon)
        {
            var scheme = text[..colon].Split('+')[0].ToLowerInvariant();
            return scheme switch
            {
                "sqlite" => new(SqlitePath(text[(colon + 3)..]), null),
                "postgresql" or "postgres" => new(null, PostgresFrom(text[(colon + 3)..])),
                _ => throw new DatabaseUnusableException($"The database connection starts with '{scheme}://', which is not known. Known are sqlite:/// and postgresql://."),
            };
        }
        foreach (var key in (string[])["Data Source=", "DataSource=", "Filename="])
            if (text.StartsWith(key, StringComparison.OrdinalIgnoreCase))
                return new(text[key.Length..].Split(';')[0].Trim(), null);
        return text.Contains('=', StringComparison.Ordinal) && text.Contains("host", StringComparison.OrdinalIgnoreCase)
            ? new(null, Checked(() => new NpgsqlConnectionStringBuilder(text)))
            : new(text, null);
    }

    // sqlite:///relative, sqlite:////absolute; a query (?timeout=…) belongs to other drivers
    private static string SqlitePath(string rest)
    {
        var path = Uri.UnescapeDataString(rest.Split('?')[0]);
        path = path.StartsWith('/') ? path[1..] : path;
        return path is "" or ":memory:"
            ? throw new DatabaseUnusableException("An in-memory SQLite database would lose every run at the end of the server; give a file, such as sqlite:///reeve.db.")
            : path;
    }

    private static NpgsqlConnectionStringBuilder PostgresFrom(string rest) => Checked(() =>
    {
        var url = new Uri("postgresql://" + rest);
        var user = url.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(url.Host),
            Port = url.Port > 0 ? url.Port : 5432,
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
        };
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k, Uri.UnescapeDataString(v)) : (pair, "");
            switch (key)
            {
                case "host": builder.Host = value; break;
                case "sslmode" or "ssl": builder["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal); break;
                case "sslrootcert": builder.RootCertificate = value; break;
                case "application_name": builder.ApplicationName = value; break;
                default: break; // meant for another driver
            }
        }
        return builder;
    });

    // the text may hold a password, so neither it nor the parser's message is shown
    private static NpgsqlConnectionStringBuilder Checked(Func<NpgsqlConnectionStringBuilder> build)
    {
        try
        {
            return build();
        }
        catch (Exception fault) when (fault is ArgumentException or UriFormatException or FormatException)
        {
            throw new DatabaseUnusableException("The PostgreSQL connection cannot be read. Write postgresql://user:password@host:port/name, with special characters of the password percent-encoded.");
        }
    }
}
