using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileUseCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The profile" };

    public ProfileUseCommand()
        : base("use", "Make a profile the active one") => Arguments.Add(_name);

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        // The one that was active gets its place in the file even if it is empty, so that there is a way back to it.
        profiles.Set(profiles.Active, "REEVE_API_URL", profiles.ActiveProfile.Values.GetValueOrDefault("REEVE_API_URL"));
        profiles.Use(parse.GetRequiredValue(_name));
        profiles.Save();
        var settings = new ReeveSettings(session.Environment, profiles.ActiveProfile);
        session.Terminal.Out.WriteLine($"Profile '{profiles.Active}' is active; API: {settings.ApiUrl}");
        return Task.FromResult(ExitCodes.Done);
    }
}
