using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Options of <c>deploy</c> that say what a project file would say, under the keys that it would say it with.</summary>
internal sealed class DeployOverrides
{
    private readonly Option<string?> _description = new("--description", "-d") { Description = "For people", HelpName = "TEXT" };
    private readonly Option<string?> _version = new("--version", "-v") { Description = "The version of the deployment", HelpName = "TEXT" };
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "A tag of each run. May be repeated", HelpName = "TAG" };
    private readonly Option<int?> _limit = new("--concurrency-limit", "-cl") { Description = "How many runs may be active at once", HelpName = "N" };
    private readonly Option<string?> _collision = new("--collision-strategy") { Description = "What becomes of a run beyond the limit: ENQUEUE or CANCEL_NEW", HelpName = "WHAT" };
    private readonly Option<string[]> _triggers = new("--trigger") { Description = "A trigger of the deployment: JSON, or a JSON or YAML file with 'triggers'. May be repeated", HelpName = "TRIGGER" };
    private readonly Option<string[]> _sla = new("--sla") { Description = "A service level agreement: JSON, or a JSON or YAML file with 'sla'. May be repeated", HelpName = "SLA" };
    private readonly Option<string?> _pool = new("--pool", "-p", "--work-pool") { Description = "The work pool", HelpName = "NAME" };
    private readonly Option<string?> _queue = new("--work-queue", "-q") { Description = "The work queue", HelpName = "NAME" };
    private readonly Option<string[]> _jobVariables = new("--job-variable", "-jv", "--variable") { Description = "A value for the pool's job template. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string[]> _params = new("--param") { Description = "A parameter of each run; JSON or text. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _paramsJson = new("--params") { Description = "Parameters as a JSON object", HelpName = "JSON" };
    private readonly Option<string?> _cron = new("--cron") { Description = "A schedule: a cron expression", HelpName = "CRON" };
    private readonly Option<double?> _interval = new("--interval") { Description = "A schedule: every so many seconds", HelpName = "S" };
    private readonly Option<string?> _anchor = new("--anchor-date") { Description = "Where the interval counts from", HelpName = "TIME" };
    private readonly Option<string?> _rrule = new("--rrule") { Description = "A schedule: an iCalendar recurrence rule", HelpName = "RULE" };
    private readonly Option<string?> _zone = new("--timezone") { Description = "The schedule's time zone: Europe/Berlin", HelpName = "ZONE" };
    private readonly Option<bool> _enforce = new("--enforce-parameter-schema") { Description = "Check the parameters of each run (the default)" };
    private readonly Option<bool> _lenient = new("--no-enforce-parameter-schema") { Description = "Do not check the parameters of runs" };

    public IReadOnlyList<Option> Options =>
        [_description, _version, _tags, _limit, _pool, _queue, _jobVariables, _params, _paramsJson, _cron, _interval, _anchor, _rrule, _zone, _enforce, _lenient, _collision, _triggers, _sla];

    public JsonObject Fields(ParseResult parse)
    {
        var fields = new JsonObject();
        Set(fields, "description", parse.GetValue(_description));
        // -v was once short for --variable, and is still written so.
        var version = parse.GetValue(_version);
        var isVariable = version?.Contains('=', StringComparison.Ordinal) is true && parse.GetResult(_version)?.IdentifierToken?.Value == "-v";
        Set(fields, "version", isVariable ? null : version);
        if (parse.GetValue(_tags) is { Length: > 0 } tags)
            fields["tags"] = new JsonArray([.. tags.Select(t => JsonValue.Create(t))]);
        if (parse.GetValue(_collision) is { } strategy)
            fields["concurrency_limit"] = parse.GetValue(_limit) is { } bound ? new JsonObject { ["limit"] = bound, ["collision_strategy"] = strategy.ToUpperInvariant() }
                : throw new CliException("--collision-strategy needs --concurrency-limit", "--concurrency-limit N --collision-strategy ENQUEUE", ExitCodes.Usage);
        else if (parse.GetValue(_limit) is { } limit)
            fields["concurrency_limit"] = limit;
        if (InlineItems.Read(parse.GetValue(_triggers), "--trigger", "triggers") is { Count: > 0 } triggers)
            fields["triggers"] = triggers;
        if (InlineItems.Read(parse.GetValue(_sla), "--sla", "sla") is { Count: > 0 } agreements)
            fields["sla"] = agreements;
        if (Parameters(parse) is { Count: > 0 } parameters)
            fields["parameters"] = Map(parameters);
        if (parse.GetValue(_enforce) || parse.GetValue(_lenient))
            fields["enforce_parameter_schema"] = !parse.GetValue(_lenient);
        if (Pool(parse, isVariable ? version : null) is { Count: > 0 } pool)
            fields["work_pool"] = pool;
        if (Schedule(parse) is { Count: > 0 } schedule)
            fields["schedule"] = schedule;
        return fields;
    }

    private JsonObject Pool(ParseResult parse, string? variable)
    {
        var pool = new JsonObject();
        Set(pool, "name", parse.GetValue(_pool));
        Set(pool, "work_queue_name", parse.GetValue(_queue));
        string[] variables = [.. parse.GetValue(_jobVariables) ?? [], .. variable is null ? (string[])[] : [variable]];
        if (variables.Length > 0)
            pool["job_variables"] = Map(JsonFiles.Pairs(variables, "--job-variable"));
        return pool;
    }

    private JsonObject Schedule(ParseResult parse)
    {
        var schedule = new JsonObject();
        Set(schedule, "cron", parse.GetValue(_cron));
        if (parse.GetValue(_interval) is { } interval)
            schedule["interval"] = JsonNode.Parse(interval.ToString("R", CultureInfo.InvariantCulture));
        Set(schedule, "anchor_date", parse.GetValue(_anchor));
        Set(schedule, "rrule", parse.GetValue(_rrule));
        Set(schedule, "timezone", parse.GetValue(_zone));
        return schedule;
    }

    private Dictionary<string, JsonElement> Parameters(ParseResult parse)
    {
        var given = parse.GetValue(_paramsJson) is { } json
            ? JsonFiles.ParseObject(json, "--params").EnumerateObject().ToDictionary(p => p.Name, p => p.Value)
            : [];
        foreach (var (name, value) in JsonFiles.Pairs(parse.GetValue(_params) ?? [], "--param"))
            given[name] = value;
        return given;
    }

    private static JsonObject Map(Dictionary<string, JsonElement> values) =>
        new(values.Select(v => KeyValuePair.Create(v.Key, JsonNode.Parse(v.Value.GetRawText()))));

    private static void Set(JsonObject fields, string key, string? value)
    {
        if (value is not null)
            fields[key] = value;
    }
}
