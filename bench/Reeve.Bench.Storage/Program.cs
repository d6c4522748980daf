using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Reeve.Deployments.Steps;

// Runs a list of steps in a folder, as a pull or push section would, and says how long it took and what it needed: bench/storage compares that
// with the bulk tools of the stores.
if (args is not [var folder, var steps])
{
    Console.Error.WriteLine("usage: Reeve.Bench.Storage FOLDER STEPS-AS-JSON");
    return 2;
}
var context = new StepContext { WorkingDirectory = Path.GetFullPath(folder), Sink = line => Console.Error.WriteLine(line.Message) };
var watch = Stopwatch.StartNew();
try
{
    await new StepRunner(StepCatalog.BuiltIn, context).RunAsync(JsonNode.Parse(steps)!.AsArray(), [], CancellationToken.None);
}
catch (StepException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
using var self = Process.GetCurrentProcess();
Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{watch.Elapsed.TotalSeconds:0.00} s, processor {self.TotalProcessorTime.TotalSeconds:0.00} s, peak memory {self.PeakWorkingSet64 / 1e6:0} MB"));
return 0;
