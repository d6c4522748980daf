using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Cli.ApiComparison;
using Reeve.Cli.Output;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Server;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Server;

internal sealed class ServerRoutesCommand : CliCommand
{
    private readonly Option<string?> _compare = new("--compare") { Description = "An OpenAPI document: say which of its operations are there, missing or different", HelpName = "FILE" };
    private readonly Option<string?> _url = new("--url") { Description = "Ask the API at this address; default: this program itself", HelpName = "URL" };
    private readonly Option<bool> _all = new("--all") { Description = "With --compare: show also what is the same" };
    private readonly OutputOption _output = new();

    public ServerRoutesCommand()
        : base("routes", "Show the routes of the API, or compare them with an OpenAPI document; exit code 1 if operations are missing")
    {
        foreach (var option in (ReadOnlySpan<Option>)[_compare, _url, _all, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve server routes"),
        new("reeve server routes --compare prefect-openapi.json", "what a client of that server would miss"),
        new("reeve server routes --url http://127.0.0.1:4200/api -o json"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var ours = ApiOperation.Read(await DocumentAsync(parse.GetValue(_url), session, ct), parse.GetValue(_url) ?? "this program");
        if (parse.GetValue(_compare) is not { } file)
            return List(ours, _output.IsJson(parse), session.Terminal.Out);
        if (!File.Exists(file))
            throw new CliException($"there is no file '{file}'", exitCode: ExitCodes.Usage);
        var compared = ApiComparer.Compare(ours, ApiOperation.Read(ReadFile(file), file));
        if (_output.IsJson(parse))
            WriteJson(compared, session.Terminal.Out);
        else
            WriteText(compared, parse.GetValue(_all), session.Terminal.Out);
        return compared.Any(o => o.Status == "missing" && o.Differences.Any(d => d.Reason is null)) ? ExitCodes.Fault : ExitCodes.Done;
    }

    private static async Task<JsonElement> DocumentAsync(string? url, CliSession session, CancellationToken ct)
    {
        if (url is null)
            return WireJson.Parse(await ServerHost.DescribeAsync());
        var settings = new ReeveSettings(name => name is "REEVE_API_URL" ? url : session.Environment(name), session.Settings.Profile);
        using var connection = session.Connect?.Invoke(settings) ?? new ApiConnection(settings, RetryPolicy.Interactive);
        return await connection.SendAsync<JsonElement>(HttpMethod.Get, "/openapi.json", null, ct);
    }

    private static JsonElement ReadFile(string file)
    {
        try
        {
            return WireJson.Parse(File.ReadAllText(file));
        }
        catch (JsonException e)
        {
            throw new CliException($"{file} is no JSON: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }

    private static int List(List<ApiOperation> operations, bool asJson, TextWriter output)
    {
        operations.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path) is var order && order != 0 ? order : string.CompareOrdinal(a.Method, b.Method));
        if (asJson)
            Write([.. operations.Select(o => new JsonObject { ["method"] = o.Method, ["path"] = o.Path })], output);
        else
            foreach (var operation in operations)
                output.WriteLine($"{operation.Method,-7}{operation.Path}");
        return ExitCodes.Done;
    }

    private static void WriteText(List<ComparedOperation> compared, bool all, TextWriter output)
    {
        foreach (var operation in compared.Where(o => all || o.Status == "missing"))
            output.WriteLine($"{operation.Status,-10}{operation.Operation}");
        // one type stands in the answers of many operations
        var groups = compared.Where(o => o.Status == "different").SelectMany(o => o.Differences).GroupBy(d => (d.Place, d.What, d.Reason)).OrderBy(g => g.Key.Reason is not null).ThenBy(g => g.First().Operation, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            output.WriteLine($"different {group.First().Operation}{(group.Count() > 1 ? $" and {Count(group.Count() - 1)} more" : "")}: {group.Key.Place}: {group.Key.What}");
            output.WriteLine($"          {(group.Key.Reason is { } reason ? "meant: " + reason : "NOT EXPLAINED")}");
        }
        var differences = compared.SelectMany(o => o.Differences).ToList();
        output.WriteLine($"{Count(compared.Count)} operations: {Count(Of(compared, "same"))} same, {Count(Of(compared, "different"))} different, {Count(Of(compared, "missing"))} missing; "
            + $"{Count(differences.Count)} differences, {Count(differences.Count(d => d.Reason is null))} not explained. Reeve serves a superset: further routes, fields and parameters are no difference.");
    }

    private static void WriteJson(List<ComparedOperation> compared, TextWriter output) => Write(
        [.. compared.Select(o => new JsonObject
        {
            ["operation"] = o.Operation,
            ["status"] = o.Status,
            ["differences"] = new JsonArray([.. o.Differences.Select(d => new JsonObject { ["place"] = d.Place, ["what"] = d.What, ["reason"] = d.Reason })]),
        })],
        output);

    private static void Write(JsonNode[] items, TextWriter output) => JsonOutput.Write(WireJson.Parse(new JsonArray(items).ToJsonString()), output);

    private static int Of(List<ComparedOperation> compared, string status) => compared.Count(o => o.Status == status);

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
