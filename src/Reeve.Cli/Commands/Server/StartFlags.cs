using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Commands.Config;
using Reeve.Server;

namespace Reeve.Cli.Commands.Server;

/// <summary>The flags of <c>server start</c> that stand above settings.</summary>
internal sealed class StartFlags
{
    private readonly Option<string?> _host = new("--host") { Description = "The address to listen on; default: 127.0.0.1", HelpName = "ADDRESS" };
    private readonly Option<int?> _port = new("--port") { Description = "The port; default: 4200", HelpName = "PORT" };
    private readonly Option<string?> _logLevel = new("--log-level") { Description = "DEBUG (a line for each request), INFO, WARNING, ERROR or CRITICAL; default: INFO", HelpName = "LEVEL" };
    private readonly Option<string?> _logFormat = new("--log-format") { Description = "\"json\": one object a line; default: text", HelpName = "FORMAT" };
    private readonly Option<bool> _noServices = new("--no-services") { Description = "Neither the scheduler nor the marking of late runs" };
    private readonly (Option<bool> On, Option<bool> Off) _ui = Pair("ui", "the web console");
    private readonly (Option<bool> On, Option<bool> Off) _scheduler = Pair("scheduler", "the runs of schedules");
    private readonly (Option<bool> On, Option<bool> Off) _lateRuns = Pair("late-runs", "the marking of late runs");

    // scripts give them; nothing here listens to them
    private readonly Option<bool> _analyticsOn = new("--analytics-on") { Hidden = true };
    private readonly Option<bool> _analyticsOff = new("--analytics-off") { Hidden = true };

    private readonly Option<int?> _keepAlive = new("--keep-alive-timeout") { Hidden = true };
    private readonly Option<int?> _workers = new("--workers") { Hidden = true };

    public IEnumerable<Option> All =>
        [_keepAlive, _workers, _host, _port, _logLevel, _logFormat, _ui.On, _ui.Off, _scheduler.On, _scheduler.Off, _lateRuns.On, _lateRuns.Off, _noServices, _analyticsOn, _analyticsOff];

    /// <exception cref="CliException">A flag's value cannot be used.</exception>
    public ServerOptions Apply(ServerOptions settings, ParseResult parse)
    {
        if (parse.GetValue(_port) is < 0 or > 65535)
            throw new CliException($"{parse.GetValue(_port)?.ToString(CultureInfo.InvariantCulture)} is not a port", "0 to 65535", ExitCodes.Usage);
        if (parse.GetValue(_logLevel) is { } level && !SettingValues.TryLevel(level, out _))
            throw new CliException($"--log-level is '{level}'", "DEBUG, INFO, WARNING, ERROR or CRITICAL", ExitCodes.Usage);
        if (parse.GetValue(_logFormat) is { } format && format is not ("text" or "json"))
            throw new CliException($"--log-format is '{format}'", "text or json", ExitCodes.Usage);
        var services = !parse.GetValue(_noServices);
        return settings with
        {
            Host = parse.GetValue(_host) ?? settings.Host,
            Port = parse.GetValue(_port) ?? settings.Port,
            LogLevel = parse.GetValue(_logLevel) is { } given ? ServerSettings.Level(given) : settings.LogLevel,
            LogAsJson = parse.GetValue(_logFormat) is { } wanted ? wanted == "json" : settings.LogAsJson,
            ServeConsole = Chosen(_ui, parse) ?? settings.ServeConsole,
            Scheduler = services && (Chosen(_scheduler, parse) ?? settings.Scheduler),
            LateRuns = services && (Chosen(_lateRuns, parse) ?? settings.LateRuns),
        };
    }

    /// <summary>The flags as they were given, for another process of this program.</summary>
    public IReadOnlyList<string> Given(ParseResult parse) =>
    [
        .. All.OfType<Option<bool>>().Where(option => parse.GetValue(option)).Select(option => option.Name),
        .. ((IEnumerable<Option<string?>>)[_host, _logLevel, _logFormat]).SelectMany(option => parse.GetValue(option) is { } value ? (string[])[option.Name, value] : []),
        .. parse.GetValue(_port) is { } port ? (string[])[_port.Name, port.ToString(CultureInfo.InvariantCulture)] : [],
    ];

    private static bool? Chosen((Option<bool> On, Option<bool> Off) pair, ParseResult parse) => parse.GetValue(pair.Off) ? false : parse.GetValue(pair.On) ? true : null;

    private static (Option<bool> On, Option<bool> Off) Pair(string name, string what) =>
        (new Option<bool>("--" + name) { Description = $"With {what} (the default)" }, new Option<bool>("--no-" + name) { Description = $"Without {what}" });
}
