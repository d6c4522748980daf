using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Client;
using Reeve.Protocol;

namespace Reeve.Cli.Commands.Server;

internal sealed class ServerStatusCommand : CliCommand
{
    private readonly OutputOption _output = new();

    public ServerStatusCommand()
        : base("status", "Say whether the configured API answers, and whether a server of this home runs; exit code 1 if it does not") => Options.Add(_output);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var settings = session.Settings;
        var running = ServerFile.FindRunning(settings.Home);
        using var connection = session.Connect?.Invoke(settings) ?? new ApiConnection(settings, RetryPolicy.None) { TryTimeout = TimeSpan.FromSeconds(3) };
        var (healthy, trouble) = await AskAsync(new OrchestrationClient(connection), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(new Dictionary<string, JsonElement>
            {
                ["api_url"] = Json(settings.ApiUrl.ToString()),
                ["healthy"] = JsonSerializer.SerializeToElement(healthy, WireJson.TypeInfo<bool>()),
                ["home"] = Json(settings.Home),
                ["pid"] = running is null ? WireJson.Parse("null") : JsonSerializer.SerializeToElement(running.Pid, WireJson.TypeInfo<int>()),
            }, output);
        }
        else
        {
            output.WriteLine(healthy ? $"The API at {settings.ApiUrl} is healthy." : trouble);
            output.WriteLine(running is null
                ? $"No server of {settings.Home} runs on this machine."
                : $"The server of {settings.Home} runs at {running.Address} (process {running.Pid.ToString(CultureInfo.InvariantCulture)}).");
        }

        return healthy ? ExitCodes.Done : ExitCodes.Fault;
    }

    private static JsonElement Json(string text) => JsonSerializer.SerializeToElement(text, WireJson.TypeInfo<string>());

    private static async Task<(bool Healthy, string? Trouble)> AskAsync(OrchestrationClient client, CancellationToken ct)
    {
        try
        {
            return await client.IsHealthyAsync(ct) ? (true, null) : (false, "The API answers that it is not well.");
        }
        catch (ApiException e)
        {
            return (false, e.Message);
        }
    }
}
