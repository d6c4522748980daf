using Reeve.Cli;

using var session = new CliSession(Terminal.OfProcess(), Environment.GetEnvironmentVariable, TimeProvider.System);
using var signals = new StopSignals();
return await CommandLine.RunAsync(args, session, signals.Token);
