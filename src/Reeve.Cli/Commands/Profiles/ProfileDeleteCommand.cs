using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileDeleteCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The profile" };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };

    public ProfileDeleteCommand()
        : base("delete", "Delete a profile")
    {
        Arguments.Add(_name);
        Options.Add(_yes);
    }

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        var profile = profiles.Get(parse.GetRequiredValue(_name));
        if (!parse.GetValue(_yes) && session.MayAsk && profile.Values.Count > 0
            && !session.Terminal.Confirm($"Delete profile '{profile.Name}' with {profile.Values.Count} settings?"))
            throw new CliException("nothing was deleted");
        profiles.Delete(profile.Name);
        profiles.Save();
        session.Terminal.Out.WriteLine($"Deleted profile '{profile.Name}'.");
        return Task.FromResult(ExitCodes.Done);
    }
}
