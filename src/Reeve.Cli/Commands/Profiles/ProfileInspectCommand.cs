using System.CommandLine;
using Reeve.Cli.Commands.Config;
using Reeve.Cli.Output;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileInspectCommand : CliCommand
{
    private readonly Argument<string?> _name = new("NAME") { Description = "The profile; default: the active one", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _showSecrets = new("--show-secrets") { Description = "Show keys and passwords" };

    private readonly OutputOption _output = new();

    public ProfileInspectCommand()
        : base("inspect", "Show the settings of a profile")
    {
        Arguments.Add(_name);
        Options.Add(_showSecrets);
        Options.Add(_output);
    }

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        var profile = (parse.GetValue(_name) ?? session.ProfileName) is { } name ? profiles.Get(name) : profiles.ActiveProfile;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(profile.Values.ToDictionary(v => v.Key, v => KnownSettings.Shown(v.Key, v.Value, parse.GetValue(_showSecrets))), session.Terminal.Out);
            return Task.FromResult(ExitCodes.Done);
        }

        if (profile.Values.Count == 0)
            session.Terminal.Out.WriteLine($"Profile '{profile.Name}' is empty.");
        foreach (var (key, value) in profile.Values)
            session.Terminal.Out.WriteLine($"{key}='{KnownSettings.Shown(key, value, parse.GetValue(_showSecrets))}'");
        return Task.FromResult(ExitCodes.Done);
    }
}
