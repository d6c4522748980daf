using System.Diagnostics;
using System.Globalization;
using Reeve.Fill;

const string Usage = """
    Fills a database with a month of runs, as a server would have stored them: 200 flows, 500 deployments, runs in a mix of states with their task runs, states, logs and events.

    usage: dotnet run -c Release --project bench/Reeve.Fill -- --database FILE|postgresql://… [--runs N]
      --database   a new SQLite file or an empty PostgreSQL database; the server's migrations are applied first
      --runs N     flow runs (default 1000000)
    Measure it then with a server on that database: dotnet run -c Release --project bench/Reeve.Bench -- queries --url …
    """;

string? address = null;
var runs = 1_000_000;
for (var i = 0; i < args.Length; i++)
{
    if (args[i] is "--database" && i + 1 < args.Length)
        address = args[++i];
    else if (args[i] is "--runs" && i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out runs))
        i++;
    else
        address = null;
}
if (address is null)
{
    Console.Error.WriteLine(Usage);
    return args.Contains("--help") ? 0 : 2;
}

var start = Stopwatch.GetTimestamp();
var (catalogue, now) = (await Catalogue.MakeAsync(address, CancellationToken.None), TimeProvider.System.GetUtcNow());
Console.WriteLine($"{Elapsed()} the flows and deployments are there");
using (var target = address.StartsWith("postgres", StringComparison.Ordinal) ? (Target)new PostgresTarget(address) : new SqliteTarget(address))
{
    target.Begin();
    using (var history = new History(target, catalogue, now))
    {
        for (var i = 0; i < runs; i++)
        {
            history.Add(i, runs);
            if ((i + 1) % 100_000 == 0)
                Console.WriteLine($"{Elapsed()} {i + 1:N0} runs");
        }
    }
    Console.WriteLine($"{Elapsed()} building the indexes");
    target.Finish();
}
Console.WriteLine($"{Elapsed()} done");
return 0;

string Elapsed() => Stopwatch.GetElapsedTime(start).ToString(@"mm\:ss", CultureInfo.InvariantCulture);
