using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Options of <c>deployment build</c> that say what the deployment is, gathered under the keys that a file would say it with.</summary>
internal sealed class BuildOptions
{
    private readonly Option<string?> _name = new("--name", "-n") { Description = "The deployment's name", HelpName = "NAME" };
    private readonly Option<string?> _description = new("--description", "-d") { Description = "For people; default: the flow's description", HelpName = "TEXT" };
    private readonly Option<string?> _version = new("--version", "-v") { Description = "The deployment's version; default: the flow's, or one of the code's content", HelpName = "TEXT" };
    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "A tag of each run. May be repeated", HelpName = "TAG" };
    private readonly Option<string?> _queue = new("--work-queue", "-q") { Description = "The work queue, made if there is none; default: default", HelpName = "NAME" };
    private readonly Option<int?> _queueLimit = new("--work-queue-concurrency", "--work-queue-concurrency-limit", "--limit", "-l") { Description = "How many runs of the queue may be active at once, set when the deployment is applied", HelpName = "N" };
    private readonly Option<string?> _pool = new("--pool", "-p") { Description = "The work pool; default: the one of agents", HelpName = "NAME" };
    private readonly Option<string?> _infraType = new("--infra", "-i") { Description = "A kind of infrastructure with its defaults: process, docker-container, kubernetes-job …", HelpName = "TYPE" };
    private readonly Option<string?> _infraBlock = new("--infra-block", "-ib") { Description = "An infrastructure block: ecs-task/dev", HelpName = "TYPE/NAME" };
    private readonly Option<string[]> _overrides = new("--override") { Description = "A value for one field of the infrastructure: env.STAGE=dev. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _storage = new("--storage-block", "-sb") { Description = "A storage block for the code, with a path in it: s3/dev/flows", HelpName = "TYPE/NAME/PATH" };
    private readonly Option<string?> _path = new("--path") { Description = "Where the code lies: a folder of the storage, or of the machine that runs it", HelpName = "PATH" };
    private readonly Option<string[]> _params = new("--param") { Description = "A parameter of each run; JSON or text. May be repeated", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _paramsJson = new("--params") { Description = "Parameters as a JSON object", HelpName = "JSON" };
    private readonly Option<string?> _cron = new("--cron") { Description = "A schedule: a cron expression", HelpName = "CRON" };
    private readonly Option<double?> _interval = new("--interval") { Description = "A schedule: every so many seconds", HelpName = "S" };
    private readonly Option<string?> _anchor = new("--anchor-date") { Description = "Where the interval counts from", HelpName = "TIME" };
    private readonly Option<string?> _rrule = new("--rrule") { Description = "A schedule: an iCalendar recurrence rule, or JSON with rrule and timezone", HelpName = "RULE" };
    private readonly Option<string?> _zone = new("--timezone") { Description = "The schedule's time zone: Europe/Berlin", HelpName = "ZONE" };
    private readonly Option<bool> _noSchedule = new("--no-schedule") { Description = "No schedule, also where an existing file has one" };
    private readonly Option<bool> _enforce = new("--enforce-parameter-schema") { Description = "Check the parameters now and of each run" };

    public IReadOnlyList<Option> Options =>
        [_name, _description, _version, _tags, _queue, _queueLimit, _pool, _infraType, _infraBlock, _overrides, _storage, _path, _params, _paramsJson, _cron, _interval, _anchor, _rrule, _zone, _noSchedule, _enforce];

    public JsonObject Fields(ParseResult parse, string entrypoint)
    {
        if (string.IsNullOrWhiteSpace(parse.GetValue(_name)))
            throw new CliException("a deployment needs a name", "give it with --name NAME", ExitCodes.Usage);
        var fields = new JsonObject { ["name"] = parse.GetValue(_name), ["entrypoint"] = entrypoint };
        foreach (var (key, option) in (ReadOnlySpan<(string, Option<string?>)>)[("description", _description), ("version", _version), ("work_queue_name", _queue), ("work_pool_name", _pool),
                     ("infra", _infraType), ("ib-block", _infraBlock), ("sb-block", _storage), ("path", _path)])
            if (parse.GetValue(option) is { } text)
                fields[key] = text;
        if (parse.GetValue(_queueLimit) is { } limit)
            fields["work_queue_concurrency"] = limit;
        if (parse.GetValue(_tags) is { Length: > 0 } tags)
            fields["tags"] = new JsonArray([.. tags.Select(tag => JsonValue.Create(tag))]);
        if (parse.GetValue(_overrides) is { Length: > 0 } overrides)
            fields["infra_overrides"] = Map(JsonFiles.Pairs(overrides, "--override"));
        if (Parameters(parse) is { Count: > 0 } parameters)
            fields["parameters"] = Map(parameters);
        if (parse.GetValue(_enforce))
            fields["enforce_parameter_schema"] = true;
        if (Schedule(parse) is { Count: > 0 } schedule)
            fields["schedule"] = parse.GetValue(_noSchedule) ? throw new CliException("--no-schedule and a schedule exclude each other", exitCode: ExitCodes.Usage) : schedule;
        else if (parse.GetValue(_noSchedule))
            fields["schedule"] = new JsonObject();
        return fields;
    }

    private Dictionary<string, JsonElement> Parameters(ParseResult parse)
    {
        var given = parse.GetValue(_paramsJson) is { } json ? JsonFiles.ParseObject(json, "--params").EnumerateObject().ToDictionary(p => p.Name, p => p.Value) : [];
        foreach (var (name, value) in JsonFiles.Pairs(parse.GetValue(_params) ?? [], "--param"))
            if (!given.TryAdd(name, value))
                throw new CliException($"the parameter '{name}' stands in --params and in --param", "give it once", ExitCodes.Usage);
        return given;
    }

    private JsonObject Schedule(ParseResult parse)
    {
        var schedule = new JsonObject();
        if (parse.GetValue(_cron) is { } cron)
            schedule["cron"] = cron;
        if (parse.GetValue(_interval) is { } interval)
            schedule["interval"] = JsonNode.Parse(interval.ToString("R", CultureInfo.InvariantCulture));
        if (parse.GetValue(_anchor) is { } anchor)
            schedule["anchor_date"] = anchor;
        // a rule of the old road may be JSON that brings its time zone along
        if (parse.GetValue(_rrule) is { } rrule)
            foreach (var (key, value) in rrule.TrimStart().StartsWith('{') ? JsonObject.Create(JsonFiles.ParseObject(rrule, "--rrule"))! : new JsonObject { ["rrule"] = rrule })
                schedule[key] = value?.DeepClone();
        if (parse.GetValue(_zone) is { } zone)
            schedule["timezone"] = zone;
        var kinds = schedule.Select(field => field.Key).Where(key => key is "cron" or "interval" or "rrule").ToList();
        if (kinds.Count > 1)
            throw new CliException($"a deployment is built with one schedule, and {string.Join(" and ", kinds.Select(kind => "--" + kind))} are given", exitCode: ExitCodes.Usage);
        if (kinds.Count == 0 && schedule.Count > 0)
            throw new CliException("--anchor-date and --timezone belong to a schedule", "add --cron, --interval or --rrule", ExitCodes.Usage);
        return schedule;
    }

    private static JsonObject Map(Dictionary<string, JsonElement> values) => new(values.Select(value => KeyValuePair.Create(value.Key, JsonNode.Parse(value.Value.GetRawText()))));
}
