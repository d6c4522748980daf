using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Protocol.Logs;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.Logs;

/// <summary><c>/flow_runs/{id}/logs/download</c>: a run's log lines as a table of comma-separated values, read and sent in parts.</summary>
internal sealed class LogDownloadApi(Database database, LogsStore logs)
{
    private const int LinesInOnePart = 1000;
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    internal void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/flow_runs/{id}/logs/download", DownloadAsync).Says("Downloads a flow run's log lines.").AnswersText("text/csv").Answers(404);

    private async Task DownloadAsync(HttpContext http)
    {
        var id = http.Id();
        var name = await database.ReadAsync(
            session => session.QueryFirstAsync("select name from flow_run where id = @id", static row => row.Text(0), ("id", id)), http.RequestAborted).ConfigureAwait(false);
        if (name is null)
        {
            await http.NotFoundAsync("Flow run not found").ConfigureAwait(false);
            return;
        }
        http.Response.ContentType = "text/csv; charset=utf-8";
        // the run's name may hold anything: its plain form is for those who read no other
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"flow-run-logs.csv\"; filename*=UTF-8''{Uri.EscapeDataString($"{name}-logs.csv")}";
        await http.Response.WriteAsync("timestamp,level,flow_run_id,task_run_id,message\r\n", http.RequestAborted).ConfigureAwait(false);
        Log? last = null;
        List<Log> lines;
        do
        {
            lines = await database.ReadAsync(session => logs.AfterAsync(session, id, last, LinesInOnePart), http.RequestAborted).ConfigureAwait(false);
            var text = new StringBuilder();
            foreach (var line in lines)
                text.Append(CultureInfo.InvariantCulture, $"{Time(line.Timestamp)},{line.Level},{line.FlowRunId},{line.TaskRunId},{Field(line.Message)}\r\n");
            await http.Response.WriteAsync(text.ToString(), http.RequestAborted).ConfigureAwait(false);
            last = lines is [.., var end] ? end : last;
        }
        while (lines.Count == LinesInOnePart);
    }

    // not as the wire has times, but as spreadsheets and the clients' own downloads do
    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss'+00:00'" : "yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    private static string Field(string text) => text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
