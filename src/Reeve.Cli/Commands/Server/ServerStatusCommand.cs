using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server;

internal sealed class ServerStatusCommand : CliCommand
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until the API answers" };
    private readonly Option<double?> _timeout = new("--timeout", "-t") { Description = "With --wait: give up after so many seconds; default: wait for ever", HelpName = "S" };
    private readonly OutputOption _output = new();

    public ServerStatusCommand()
        : base("status", "Say whether the configured API answers, and whether a server of this home runs; exit code 1 if it does not")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_wait, _timeout, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve server status --wait --timeout 30", "for scripts that start a server")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var settings = session.Settings;
        if (parse.GetValue(_timeout) is < 0)
            throw new CliException("--timeout must not be negative", exitCode: ExitCodes.Usage);
        using var connection = session.Connect?.Invoke(settings) ?? new ApiConnection(settings, RetryPolicy.None) { TryTimeout = TimeSpan.FromSeconds(3) };
        var client = new OrchestrationClient(connection);
        var (healthy, trouble) = await AskAsync(client, ct);
        for (var began = session.Time.GetTimestamp(); !healthy && parse.GetValue(_wait) && !IsOver(began); (healthy, trouble) = await AskAsync(client, ct))
            await Task.Delay(BetweenTries, session.Time, ct);
        var running = ServerFile.FindRunning(settings.Home);
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
                ? $"No server of {settings.Home} runs on this machine." + (healthy ? "" : $" Start one ({CommandName.Text} server start), or set REEVE_API_URL to the address of another.")
                : $"The server of {settings.Home} runs at {running.Address} (process {running.Pid.ToString(CultureInfo.InvariantCulture)}).");
        }

        return healthy ? ExitCodes.Done : ExitCodes.Fault;

        bool IsOver(long began) => parse.GetValue(_timeout) is { } limit && session.Time.GetElapsedTime(began).TotalSeconds >= limit;
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
            // Why it cannot be reached; what to do about it follows once, from what is known of this machine.
            return (false, e.InnerException is { } failure ? $"The API at {client.Connection.ApiUrl} does not answer: {(failure is OperationCanceledException ? "no answer in time" : failure.GetBaseException().Message.TrimEnd('.'))}." : e.Message);
        }
    }
}
