using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileLsCommand() : CliCommand("ls", "List the profiles; the active one is marked *")
{
    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        foreach (var name in profiles.Names)
            session.Terminal.Out.WriteLine(name == (session.ProfileName ?? profiles.Active) ? $"* {name}" : $"  {name}");
        return Task.FromResult(ExitCodes.Done);
    }
}
