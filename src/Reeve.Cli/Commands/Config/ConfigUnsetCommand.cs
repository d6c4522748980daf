using System.CommandLine;
using Reeve.Deployments.Projects;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Config;

internal sealed class ConfigUnsetCommand : CliCommand
{
    private readonly Argument<string[]> _keys = new("KEY") { Description = "Names of settings", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask; accepted for scripts, nothing is asked" };

    public ConfigUnsetCommand()
        : base("unset", "Remove settings from the active profile")
    {
        Arguments.Add(_keys);
        Options.Add(_yes);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve config unset REEVE_API_URL")];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        var profile = session.ProfileName is { } name ? profiles.Get(name) : profiles.ActiveProfile;
        var keys = parse.GetRequiredValue(_keys);
        foreach (var key in keys)
        {
            if (!profile.Values.ContainsKey(key))
                throw new CliException($"{key} is not set in profile '{profile.Name}'", NearestName.Hint(key, [.. profile.Values.Keys]));
        }

        foreach (var key in keys)
            profiles.Set(profile.Name, key, null);
        profiles.Save();
        foreach (var key in keys)
            session.Terminal.Out.WriteLine($"Unset {key} in profile '{profile.Name}'.");
        return Task.FromResult(ExitCodes.Done);
    }
}
