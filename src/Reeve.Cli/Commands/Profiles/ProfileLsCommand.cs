using System.CommandLine;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Protocol;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Profiles;

internal sealed class ProfileLsCommand : CliCommand
{
    private readonly OutputOption _output = new();

    public ProfileLsCommand()
        : base("ls", "List the profiles; the active one is marked *") => Options.Add(_output);

    public override Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var profiles = ProfilesFile.Load(session.Home);
        var active = session.ProfileName ?? profiles.Active;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(profiles.Names.Select(name => WireJson.Parse($$"""{"name": {{JsonSerializer.Serialize(name, WireJson.TypeInfo<string>())}}, "active": {{(name == active ? "true" : "false")}}}""")).ToList(), session.Terminal.Out);
            return Task.FromResult(ExitCodes.Done);
        }

        foreach (var name in profiles.Names)
            session.Terminal.Out.WriteLine(name == active ? $"* {name}" : $"  {name}");
        return Task.FromResult(ExitCodes.Done);
    }
}
