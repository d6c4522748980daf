using System.CommandLine;
using Reeve.Cli.Commands.Config;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileInspectCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The profile; default: the active one", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _showSecrets = new("--show-secrets") { Description = "Show keys and passwords" };

    public ProfileInspectCommand()
        : base("inspect", "Show the settings of a profile")
    {
        Arguments.Add(_name);
        Options.Add(_showSecrets);
    }

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        var profile = (parse.GetValue(_name) ?? session.ProfileName) is { } name ? profiles.Get(name) : profiles.ActiveProfile;
        if (profile.Values.Count == 0)
            session.Terminal.Out.WriteLine($"Profile '{profile.Name}' is empty.");
        foreach (var (key, value) in profile.Values)
            session.Terminal.Out.WriteLine($"{key}='{KnownSettings.Shown(key, value, parse.GetValue(_showSecrets))}'");
        return Task.FromResult(ExitCodes.Done);
    }
}
