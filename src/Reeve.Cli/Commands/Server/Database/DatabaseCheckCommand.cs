using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Cli.Output;
using Reeve.Protocol;
using Reeve.Server.Storage;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server.Database;

internal sealed class DatabaseCheckCommand : DatabaseCommand
{
    private readonly OutputOption _output = new();

    public DatabaseCheckCommand()
        : base("check", "Look whether the database is whole: version, pending migrations, integrity, references; exit code 1 if not") => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        await using var upkeep = await DatabaseUpkeep.OpenAsync(ConnectionOf(session), ct);
        var report = await upkeep.CheckAsync(ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(WireJson.Parse(new JsonObject
            {
                ["database"] = report.Kind,
                ["version"] = report.Version,
                ["program_version"] = report.ProgramVersion,
                ["pending"] = new JsonArray([.. report.Pending.Select(name => (JsonNode)name)]),
                ["faults"] = new JsonArray([.. report.Faults.Select(fault => (JsonNode)fault)]),
            }.ToJsonString()), session.Terminal.Out);
        }
        else
        {
            Tell(report, session.Terminal.Out);
        }

        return report.IsGood ? ExitCodes.Done : ExitCodes.Fault;
    }

    private static void Tell(DatabaseReport report, TextWriter output)
    {
        output.WriteLine($"Database: {report.Kind}, version {report.Version.ToString(CultureInfo.InvariantCulture)}; this program brings version {report.ProgramVersion.ToString(CultureInfo.InvariantCulture)}.");
        foreach (var name in report.Pending)
            output.WriteLine($"Pending:  {name}");
        foreach (var fault in report.Faults)
            output.WriteLine($"Fault:    {fault}");
        output.WriteLine(report.IsGood ? "It is whole and up to date."
            : report.Faults.Count > 0 ? "It is not whole: make a copy, then restore a backup or repair it."
            : $"It is whole; the server brings it up to date at its start, or: {CommandName.Text} server database upgrade");
    }
}
