using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileRenameCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The profile" };
    private readonly Argument<string> _newName = new("NEW_NAME") { Description = "Its new name" };

    public ProfileRenameCommand()
        : base("rename", "Give a profile another name")
    {
        Arguments.Add(_name);
        Arguments.Add(_newName);
    }

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (name, newName) = (parse.GetRequiredValue(_name), parse.GetRequiredValue(_newName));
        var profiles = ProfilesFile.Load(session.Home);
        var profile = profiles.Get(name);
        var wasActive = profiles.Active == name;
        profiles.Create(newName);
        foreach (var (key, value) in profile.Values)
            profiles.Set(newName, key, value);
        if (wasActive)
            profiles.Use(newName);
        profiles.Delete(name);
        profiles.Save();
        session.Terminal.Out.WriteLine($"Profile '{name}' is now '{newName}'.");
        return Task.FromResult(ExitCodes.Done);
    }
}
