using System.Globalization;
using System.Text.Json;
using Reeve.Bench;

const string Usage = """
    Measures a server of the API over the wire, as a whole process.

    usage: dotnet run -c Release --project bench/Reeve.Bench -- [options]
      --url URL            the API (default http://127.0.0.1:4200/api)
      --server-pid N       the server's process on this machine: adds its CPU time per request and its resident memory
      --start PROGRAM      starts the server itself instead: the built command line, such as src/Reeve.Cli/bin/Release/net10.0/Reeve.Cli.dll
      --database ADDRESS   with --start: "sqlite", a new file (default), or the address of an empty PostgreSQL database; may be given several times: each is measured in this run
      --requests N         requests of the largest scenario (default 10000)
      --connections A,B    connections at once (default 1,16)
      --only TEXT          only scenarios whose name contains one of these, separated by commas; creating runs is always among them
      --json               prints one JSON array instead of a table
    usage: … -- queries [--url URL] [--only TEXT]
      measures the questions of clients and consoles on a database that bench/Reeve.Fill has filled (only those whose name holds TEXT)
    usage: … -- flows PROGRAM [--url URL | --start PROGRAM]
      measures flows as whole processes; PROGRAM is the built bench/Reeve.Bench.Flows
    The server should have an empty database. Figures of one machine compare only within one run.
    """;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
var databases = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--json" or "queries")
        options[args[i]] = "";
    else if (args[i] is "flows" && i + 1 < args.Length)
        options[args[i]] = args[++i];
    else if (args[i] is "--database" && i + 1 < args.Length)
        databases.Add(args[++i]);
    else if (args[i] is "--url" or "--server-pid" or "--start" or "--requests" or "--connections" or "--only" && i + 1 < args.Length)
        options[args[i]] = args[++i];
    else
    {
        Console.Error.WriteLine(Usage);
        return args[i] is "--help" or "-h" ? 0 : 2;
    }
}

var api = new Uri(options.GetValueOrDefault("--url", "http://127.0.0.1:4200/api"));
if (options.ContainsKey("queries"))
    return await QueryRun.RunAsync(api, options.GetValueOrDefault("--only"), CancellationToken.None) ? 0 : 1;
if (options.TryGetValue("flows", out var flows))
{
    await using var own = options.TryGetValue("--start", out var serverProgram) ? await StartedServer.StartAsync(serverProgram, null, CancellationToken.None) : null;
    return await new FlowRun(own?.Api ?? api, flows).RunAsync(CancellationToken.None) ? 0 : 1;
}

var requests = int.Parse(options.GetValueOrDefault("--requests", "10000"), CultureInfo.InvariantCulture);
var connections = options.GetValueOrDefault("--connections", "1,16").Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToList();
var only = options.TryGetValue("--only", out var names) ? names.Split(',') : [];
var asTable = !options.ContainsKey("--json");
var measured = new List<Measurement>();
if (asTable)
    Console.WriteLine("| what | connections | requests/s | p50 ms | p99 ms | errors | server CPU µs/request | database CPU µs/request | server MB |\n|---|---|---|---|---|---|---|---|---|");
if (options.TryGetValue("--start", out var program))
{
    foreach (var database in databases.Count > 0 ? databases : ["sqlite"])
    {
        var address = database == "sqlite" ? null : database;
        await using var server = await StartedServer.StartAsync(program, address, CancellationToken.None);
        await MeasureAsync(server.Api, new ServerProcess(server.ProcessId), DatabaseProcesses.Of(address), address is null ? "SQLite: " : "PostgreSQL: ");
    }
}
else
{
    var process = options.TryGetValue("--server-pid", out var pid) ? new ServerProcess(int.Parse(pid, CultureInfo.InvariantCulture)) : null;
    await MeasureAsync(api, process, databases.Select(DatabaseProcesses.Of).FirstOrDefault(), "");
}

if (!asTable)
    Console.WriteLine(JsonSerializer.Serialize(measured));
return measured.Exists(m => m.Errors > 0) ? 1 : 0;

async Task MeasureAsync(Uri api, ServerProcess? server, DatabaseProcesses? database, string prefix)
{
    var load = new Load(api, server, database);
    foreach (var count in connections)
    {
        var scenarios = new Scenarios(api, requests);
        await scenarios.PrepareAsync(CancellationToken.None);
        foreach (var scenario in scenarios.All())
        {
            if (only.Length > 0 && scenario.Seen is null && !only.Any(text => scenario.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))
                continue;
            var m = await load.RunAsync(scenario with { Name = prefix + scenario.Name }, count, CancellationToken.None);
            measured.Add(m);
            if (asTable)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {m.Name} | {m.Connections} | {m.PerSecond:N0} | {m.P50:F2} | {m.P99:F2} | {m.Errors} | {m.ServerCpuMicroseconds:F0} | {m.DatabaseCpuMicroseconds:F0} | {m.ServerResidentMegabytes:F0} |"));
        }
    }
}
