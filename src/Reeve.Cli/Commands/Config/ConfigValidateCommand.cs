using System.CommandLine;
using System.Globalization;

namespace Reeve.Cli.Commands.Config;

internal sealed class ConfigValidateCommand() : CliCommand("validate", "Check every setting in force; exit code 1 if one cannot be used")
{
    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var faults = KnownSettings.Faults(session.Settings);
        foreach (var fault in faults)
            session.Terminal.Error.WriteLine("Error: " + fault);
        if (faults.Count == 0)
        {
            var set = KnownSettings.All.Count(known => session.Settings.Find(known.Names) is not null);
            session.Terminal.Out.WriteLine($"All settings are usable ({set.ToString(CultureInfo.InvariantCulture)} set, the others by default).");
        }

        return Task.FromResult(faults.Count == 0 ? ExitCodes.Done : ExitCodes.Fault);
    }
}
