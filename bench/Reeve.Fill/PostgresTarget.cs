using Npgsql;
using NpgsqlTypes;

namespace Reeve.Fill;

internal sealed class PostgresTarget : Target
{
    private readonly NpgsqlDataSource _source;
    private readonly List<string> _indexes = [];

    internal PostgresTarget(string address)
    {
        var uri = new Uri(address);
        var (user, _, password) = uri.UserInfo.Split(':') is [var name, var secret] ? (name, 0, Uri.UnescapeDataString(secret)) : (uri.UserInfo, 0, null);
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort || uri.Port < 0 ? 5432 : uri.Port,
            Username = user,
            Password = password,
            Database = uri.AbsolutePath.TrimStart('/'),
            CommandTimeout = 0,
        });
    }

    internal override void Begin()
    {
        List<string> names = [];
        using (var command = _source.CreateCommand(
            """
            select i.indexname, i.indexdef from pg_indexes i
            where i.schemaname = current_schema() and not exists (select 1 from pg_constraint c where c.conname = i.indexname)
            """))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                names.Add(reader.GetString(0));
                _indexes.Add(reader.GetString(1));
            }
        }
        names.ForEach(name => Run($"drop index \"{name}\""));
    }

    // each table is filled over a connection of its own; the rows of others that it refers to are not committed yet, so its keys are taken on trust
    internal override Table Open(string table, params string[] columns)
    {
        var connection = _source.OpenConnection();
        using (var command = new NpgsqlCommand("set session_replication_role = replica", connection))
            command.ExecuteNonQuery();
        return new PostgresTable(connection, connection.BeginBinaryImport($"copy {table} ({string.Join(", ", columns)}) from stdin (format binary)"));
    }

    internal override void Finish()
    {
        // the triggers that keep them did not see these runs
        Sum("flow_run", "", "");
        Sum("task_run", "start_slot, ", "date_bin('5 minutes', coalesce(start_time, 'epoch'), 'epoch'), ");
        Run(
            """
            insert into flow_run_names (flow_run_ids, names)
            select array_agg(r.id order by r.place), string_agg(r.name, e'\n' order by r.place)
            from (select fr.id, lower(fr.name collate "C") as name, row_number() over (order by fr.created, fr.id) as place from flow_run fr) r group by r.place / 1000 order by r.place / 1000
            """);
        Run("insert into flow_run_task_sum (slot, runs) select date_bin('5 minutes', fr.expected_start_time, 'epoch'), count(*) from flow_run fr join task_run tr on tr.flow_run_id = fr.id group by 1");
        Run("insert into flow_run_tag_sum (tag, runs) select t.tag, count(*) from flow_run fr, jsonb_array_elements_text(fr.tags) t (tag) group by 1");
        _indexes.ForEach(index => Run("set maintenance_work_mem = '256MB'; " + index));
        // what autovacuum would have done during a month
        Run("vacuum analyze");
    }

    private void Sum(string table, string columns, string values) => Run($"""
        insert into {table}_sum (slot, {columns}state_type, state_name, runs, run_time, lateness)
        select date_bin('5 minutes', expected_start_time, 'epoch'), {values}state_type, state_name, count(*), sum(round(total_run_time * 1000000)::bigint),
            sum(greatest(coalesce((extract(epoch from start_time - expected_start_time) * 1000000)::bigint, 0), 0))
        from {table} where state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and expected_start_time is not null
        group by date_bin('5 minutes', expected_start_time, 'epoch'), {values}state_type, state_name
        """);

    public override void Dispose() => _source.Dispose();

    private void Run(string sql)
    {
        using var command = _source.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}

internal sealed class PostgresTable(NpgsqlConnection connection, NpgsqlBinaryImporter importer) : Table
{
    private bool _open;

    internal override Table Id(Guid? value) => Write(value, NpgsqlDbType.Uuid);

    internal override Table Time(DateTimeOffset? value) => Write(value?.UtcDateTime, NpgsqlDbType.TimestampTz);

    internal override Table Text(string? value) => Write(value, NpgsqlDbType.Text);

    internal override Table Json(string? value) => Write(value, NpgsqlDbType.Jsonb);

    internal override Table Number(int value) => Write((int?)value, NpgsqlDbType.Integer);

    internal override Table Real(double value) => Write((double?)value, NpgsqlDbType.Double);

    internal override Table Flag(bool value) => Write((bool?)value, NpgsqlDbType.Boolean);

    internal override void EndRow() => _open = false;

    public override void Dispose()
    {
        importer.Complete();
        importer.Dispose();
        connection.Dispose();
    }

    private PostgresTable Write<T>(T? value, NpgsqlDbType type)
        where T : struct
    {
        Start();
        if (value is { } given)
            importer.Write(given, type);
        else
            importer.WriteNull();
        return this;
    }

    private PostgresTable Write(string? value, NpgsqlDbType type)
    {
        Start();
        if (value is null)
            importer.WriteNull();
        else
            importer.Write(value, type);
        return this;
    }

    private void Start()
    {
        if (!_open)
            importer.StartRow();
        _open = true;
    }
}
