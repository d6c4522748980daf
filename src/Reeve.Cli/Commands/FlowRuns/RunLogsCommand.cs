using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Client;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;

namespace Reeve.Cli.Commands.FlowRuns;

/// <summary>The log lines of one run, of a flow or of a task.</summary>
internal abstract class RunLogsCommand : CliCommand
{
    private const int Few = 20;
    private readonly Argument<string> _run;
    private readonly Option<bool> _head = new("--head", "-h") { Description = $"The first {Few} lines" };
    private readonly Option<int?> _number = new("--num-logs", "-n") { Description = "At most so many lines", HelpName = "N" };
    private readonly Option<bool> _reverse = new("--reverse", "-r") { Description = "Newest first" };
    private readonly Option<bool> _tail = new("--tail", "-t") { Description = $"The last {Few} lines" };
    private readonly OutputOption _output = new();

    protected RunLogsCommand(string description, Argument<string> run)
        : base("logs", description)
    {
        _run = run;
        Arguments.Add(_run);
        foreach (var option in (ReadOnlySpan<Option>)[_head, _number, _reverse, _tail, _output])
            Options.Add(option);
    }

    /// <summary>Which lines: those of the run that was named.</summary>
    protected abstract Task<LogFilter> FilterAsync(OrchestrationClient client, string run, CancellationToken ct);

    public sealed override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (head, tail, reverse) = (parse.GetValue(_head), parse.GetValue(_tail), parse.GetValue(_reverse));
        if (head && tail)
            throw new CliException("--head and --tail exclude each other", exitCode: ExitCodes.Usage);
        var filter = await FilterAsync(session.Client, parse.GetRequiredValue(_run), ct);
        var limit = parse.GetValue(_number) ?? (head || tail ? Few : int.MaxValue);
        var newestFirst = tail || reverse;
        var lines = await ReadAsync(session, filter, limit, newestFirst, ct);
        if (newestFirst && !reverse)
            lines.Reverse();
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(lines, session.Terminal.Out);
            return ExitCodes.Done;
        }

        foreach (var line in lines)
            session.Terminal.Out.WriteLine(Text(line, session.Time));
        return ExitCodes.Done;
    }

    private static async Task<List<Log>> ReadAsync(CliSession session, LogFilter filter, int limit, bool newestFirst, CancellationToken ct)
    {
        var lines = new List<Log>();
        while (lines.Count < limit)
        {
            var page = await session.Client.FindLogsAsync(new Query
            {
                Logs = filter,
                Sort = newestFirst ? "TIMESTAMP_DESC" : "TIMESTAMP_ASC",
                Limit = Math.Min(200, limit - lines.Count),
                Offset = lines.Count,
            }, ct);
            lines.AddRange(page);
            if (page.Count < 200)
                break;
        }

        return lines;
    }

    /// <summary>A line as the run itself shows it in a terminal.</summary>
    internal static string Text(Log line, TimeProvider time)
    {
        var level = line.Level switch { >= 50 => "CRITICAL", >= 40 => "ERROR", >= 30 => "WARNING", >= 20 => "INFO", _ => "DEBUG" };
        return $"{Clock(line.Timestamp, time)} | {level,-7} | {line.Name} - {line.Message}";
    }

    internal static string Clock(DateTimeOffset when, TimeProvider time) =>
        TimeZoneInfo.ConvertTime(when, time.LocalTimeZone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
