using System.CommandLine;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The new profile's name" };
    private readonly Option<string?> _from = new("--from") { Description = "Copy the settings of this profile", HelpName = "NAME" };

    public ProfileCreateCommand()
        : base("create", "Make a profile")
    {
        Arguments.Add(_name);
        Options.Add(_from);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve profile create production --from default")];

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var name = parse.GetRequiredValue(_name);
        var profiles = ProfilesFile.Load(session.Home);
        var source = parse.GetValue(_from) is { } from ? profiles.Get(from) : null;
        profiles.Create(name);
        foreach (var (key, value) in source?.Values ?? new Dictionary<string, string>())
            profiles.Set(name, key, value);
        profiles.Save();
        session.Terminal.Out.WriteLine($"Created profile '{name}'. Use it with: {CommandName.Text} profile use {name}");
        return Task.FromResult(ExitCodes.Done);
    }
}
