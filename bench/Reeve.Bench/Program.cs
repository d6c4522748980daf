using System.Globalization;
using System.Text.Json;
using Reeve.Bench;

const string Usage = """
    Measures a server of the API over the wire, as a whole process.

    usage: dotnet run -c Release --project bench/Reeve.Bench -- [options]
      --url URL            the API (default http://127.0.0.1:4200/api)
      --server-pid N       the server's process on this machine: adds its CPU time per request and its resident memory
      --requests N         requests of the largest scenario (default 10000)
      --connections A,B    connections at once (default 1,16)
      --json               prints one JSON array instead of a table
    usage: … -- queries [--url URL] [--only TEXT]
      measures the questions of clients and consoles on a database that bench/Reeve.Fill has filled (only those whose name holds TEXT)
    The server should have an empty database. Figures of one machine compare only within one run.
    """;

var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--json" or "queries")
        options[args[i]] = "";
    else if (args[i] is "--url" or "--only" or "--server-pid" or "--requests" or "--connections" && i + 1 < args.Length)
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
var requests = int.Parse(options.GetValueOrDefault("--requests", "10000"), CultureInfo.InvariantCulture);
var server = options.TryGetValue("--server-pid", out var pid) ? new ServerProcess(int.Parse(pid, CultureInfo.InvariantCulture)) : null;
var connections = options.GetValueOrDefault("--connections", "1,16").Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture)).ToList();

var load = new Load(api, server);
var measured = new List<Measurement>();
if (!options.ContainsKey("--json"))
    Console.WriteLine("| what | connections | requests/s | p50 ms | p99 ms | errors | server CPU µs/request | server MB |\n|---|---|---|---|---|---|---|---|");
foreach (var count in connections)
{
    var scenarios = new Scenarios(api, requests);
    await scenarios.PrepareAsync(CancellationToken.None);
    foreach (var scenario in scenarios.All())
    {
        var m = await load.RunAsync(scenario, count, CancellationToken.None);
        measured.Add(m);
        if (!options.ContainsKey("--json"))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {m.Name} | {m.Connections} | {m.PerSecond:N0} | {m.P50:F2} | {m.P99:F2} | {m.Errors} | {m.ServerCpuMicroseconds:F0} | {m.ServerResidentMegabytes:F0} |"));
    }
}

if (options.ContainsKey("--json"))
    Console.WriteLine(JsonSerializer.Serialize(measured));
return measured.Exists(m => m.Errors > 0) ? 1 : 0;
