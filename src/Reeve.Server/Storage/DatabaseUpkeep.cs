using System.Globalization;

namespace Reeve.Server.Storage;

/// <summary>What an operator does with a database that no server has open: look into it, bring it up to date, make it smaller, begin anew.</summary>
public abstract class DatabaseUpkeep : IAsyncDisposable
{
    private protected DatabaseUpkeep(Dialect dialect) => Dialect = dialect;

    private protected Dialect Dialect { get; }

    /// <summary>Whether the connection means a file that does not exist yet.</summary>
    /// <exception cref="ServerStartException">The connection cannot be read.</exception>
    public static bool IsMissing(string connection)
    {
        try
        {
            return DatabaseAddress.Parse(connection) is { File: { } file } && !File.Exists(file);
        }
        catch (DatabaseUnusableException fault)
        {
            throw new ServerStartException(fault.Message, fault);
        }
    }

    /// <summary>Opens a database as it is; no migration runs.</summary>
    /// <exception cref="ServerStartException">It cannot be opened.</exception>
    public static async Task<DatabaseUpkeep> OpenAsync(string connection, CancellationToken cancellation)
    {
        try
        {
            var address = DatabaseAddress.Parse(connection);
            return address.IsPostgres ? await PostgresUpkeep.ConnectAsync(address, cancellation).ConfigureAwait(false) : SqliteUpkeep.OpenFile(address);
        }
        catch (DatabaseUnusableException fault)
        {
            throw new ServerStartException(fault.Message, fault);
        }
    }

    /// <summary>Runs the migrations that are pending, as a server does at its start.</summary>
    /// <exception cref="ServerStartException">The database is newer than this program, or cannot be used.</exception>
    public static async Task UpgradeAsync(string connection, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            await using var database = await Database.OpenAsync(connection, clock, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is DatabaseUnusableException or StorageException)
        {
            throw new ServerStartException(fault.Message, fault);
        }
    }

    /// <summary>Looks whether the database is whole: version, pages, indexes, references.</summary>
    public async Task<DatabaseReport> CheckAsync(CancellationToken cancellation)
    {
        var steps = Migrations.Steps(Dialect);
        var present = await VersionsAsync(cancellation).ConfigureAwait(false);
        var version = present.Count == 0 ? 0 : present.Max();
        List<string> faults = [];
        if (version > steps[^1].Version)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"The database has version {version}; this program knows only versions up to {steps[^1].Version}."));
        if (present.Count > 0)
            faults.AddRange(await FaultsAsync(cancellation).ConfigureAwait(false));
        return new(Dialect.Name, version, steps[^1].Version, [.. steps.Where(step => !present.Contains(step.Version)).Select(step => step.Name)], faults);
    }

    /// <summary>Gives unused space back to the disk.</summary>
    public abstract Task VacuumAsync(CancellationToken cancellation);

    /// <summary>Drops every table.</summary>
    public abstract Task DropAsync(CancellationToken cancellation);

    /// <summary>The migrations that ran; none for a new database.</summary>
    private protected abstract Task<List<long>> VersionsAsync(CancellationToken cancellation);

    private protected abstract Task<List<string>> FaultsAsync(CancellationToken cancellation);

    /// <inheritdoc />
    public abstract ValueTask DisposeAsync();
}
