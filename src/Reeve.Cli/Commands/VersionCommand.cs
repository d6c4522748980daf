using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Client;
using Reeve.Protocol;

namespace Reeve.Cli.Commands;

internal sealed class VersionCommand : CliCommand
{
    public const string Summary = "Show versions, profile and the server in use";
    private readonly OutputOption _output = new();

    public VersionCommand()
        : base("version", Summary) => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var facts = new Dictionary<string, string>
        {
            ["Version"] = ProductVersion.Text,
            ["Runtime"] = RuntimeInformation.FrameworkDescription,
            ["System"] = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})",
            ["Profile"] = session.Settings.Profile.Name,
            ["API"] = session.Settings.ApiUrl.ToString(),
            ["Server"] = await ServerAsync(session, ct),
        };
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(facts.ToDictionary(f => f.Key.ToLowerInvariant(), f => JsonSerializer.SerializeToElement(f.Value, WireJson.TypeInfo<string>())), session.Terminal.Out);
            return ExitCodes.Done;
        }

        foreach (var (name, value) in facts)
            session.Terminal.Out.WriteLine($"{name + ":",-10}{value}");
        return ExitCodes.Done;
    }

    private static async Task<string> ServerAsync(CliSession session, CancellationToken ct)
    {
        using var connection = session.Connect?.Invoke(session.Settings) ?? new ApiConnection(session.Settings, RetryPolicy.None) { TryTimeout = TimeSpan.FromSeconds(2) };
        try
        {
            return await new OrchestrationClient(connection).GetVersionAsync(ct);
        }
        catch (ApiException e)
        {
            return e.IsUnreachable ? "not reachable" : $"answers {(int)e.Status!}";
        }
    }
}
