using System.Globalization;
using System.Text;

namespace Reeve.Server.Storage;

/// <summary>Forward-only steps <c>Migrations/NNNN_name.dialect.sql</c>, each applied once, in order, inside the caller's locked transaction.</summary>
internal static class Migrations
{
    private const string Folder = "Reeve.Server.Storage.Migrations.";

    internal static async ValueTask ApplyAsync(Session session, Func<Session, string, ValueTask> run)
    {
        await session.ExecuteAsync("create table if not exists schema_version (version integer not null primary key, name text not null)").ConfigureAwait(false);
        var present = await session.ScalarAsync("select coalesce(max(version), 0) from schema_version").ConfigureAwait(false);
        var steps = Steps(session.Dialect);
        if (present > steps[^1].Version)
            throw new DatabaseUnusableException(string.Create(CultureInfo.InvariantCulture,
                $"The database has version {present}, this program knows only versions up to {steps[^1].Version}. Start the newer Reeve that made it, or give another database."));
        foreach (var (version, name, script) in steps.Where(step => step.Version > present))
        {
            await run(session, script).ConfigureAwait(false);
            await session.ExecuteAsync("insert into schema_version (version, name) values (@version, @name)", ("version", version), ("name", name)).ConfigureAwait(false);
        }
    }

    internal static List<(int Version, string Name, string Script)> Steps(Dialect dialect)
    {
        var assembly = typeof(Migrations).Assembly;
        var ending = $".{dialect.Name}.sql";
        List<(int Version, string Name, string Script)> steps = [];
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(ending, StringComparison.Ordinal)))
        {
            var name = resource[Folder.Length..^ending.Length];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            steps.Add((int.Parse(name.Split('_')[0], CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }
        steps.Sort((a, b) => a.Version.CompareTo(b.Version));
        return steps;
    }
}
