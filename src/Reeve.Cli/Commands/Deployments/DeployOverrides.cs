using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Options of <c>deploy</c> that say what a project file would say, under the keys that it would say it with.</summary>
internal sealed class DeployOverrides
{
    private readonly Option<string?> _description = new("--description", "-d") { Description = "For people", HelpName = "TEXT" };
    private readonly Option<string?> _version = new("--version") { Description = "The version of the deployment", HelpName = "TEXT" };
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "A tag of each run. May be repeated", HelpName = "TAG" };
    private readonly Option<int?> _limit = new("--concurrency-limit", "-cl") { Description = "How many runs may be active at once", HelpName = "N" };
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = "The work pool", HelpName = "NAME" };
    private readonly Option<string?> _queue = new("--work-queue", "-q") { Description = "The work queue", HelpName = "NAME" };
    private readonly Option<string[]> _jobVariables = new("--job-variable", "-jv") { Description = "A value for the pool's job template. May be repeated", HelpName = "KEY=VALUE" };
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
        [_description, _version, _tags, _limit, _pool, _queue, _jobVariables, _params, _paramsJson, _cron, _interval, _anchor, _rrule, _zone, _enforce, _lenient];

    public JsonObject Fields(ParseResult parse)
    {
        var fields = new JsonObject();
        Set(fields, "description", parse.GetValue(_description));
        Set(fields, "version", parse.GetValue(_version));
        if (parse.GetValue(_tags) is { Length: > 0 } tags)
            fields["tags"] = new JsonArray([.. tags.Select(t => JsonValue.Create(t))]);
        if (parse.GetValue(_limit) is { } limit)
            fields["concurrency_limit"] = limit;
        if (Parameters(parse) is { Count: > 0 } parameters)
            fields["parameters"] = Map(parameters);
        if (parse.GetValue(_enforce) || parse.GetValue(_lenient))
            fields["enforce_parameter_schema"] = !parse.GetValue(_lenient);
        if (Pool(parse) is { Count: > 0 } pool)
            fields["work_pool"] = pool;
        if (Schedule(parse) is { Count: > 0 } schedule)
            fields["schedule"] = schedule;
        return fields;
    }

    private JsonObject Pool(ParseResult parse)
    {
        var pool = new JsonObject();
        Set(pool, "name", parse.GetValue(_pool));
        Set(pool, "work_queue_name", parse.GetValue(_queue));
        if (parse.GetValue(_jobVariables) is { Length: > 0 } variables)
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
