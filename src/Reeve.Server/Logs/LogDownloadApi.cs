using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Reeve.Protocol.Json;
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
            await http.NotFoundAsync($"Flow run {id} not found").ConfigureAwait(false);
            return;
        }
        http.Response.ContentType = "text/csv";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{name}-logs.csv");
        http.Response.Headers.ContentDisposition = disposition.ToString();
        await http.Response.WriteAsync("timestamp,level,flow_run_id,task_run_id,message\r\n", http.RequestAborted).ConfigureAwait(false);
        Log? last = null;
        List<Log> lines;
        do
        {
            lines = await database.ReadAsync(session => logs.AfterAsync(session, id, last, LinesInOnePart), http.RequestAborted).ConfigureAwait(false);
            var text = new StringBuilder();
            foreach (var line in lines)
                text.Append(CultureInfo.InvariantCulture, $"{WireTimeConverter.ToText(line.Timestamp)},{line.Level},{line.FlowRunId},{line.TaskRunId},{Field(line.Message)}\r\n");
            await http.Response.WriteAsync(text.ToString(), http.RequestAborted).ConfigureAwait(false);
            last = lines is [.., var end] ? end : last;
        }
        while (lines.Count == LinesInOnePart);
    }

    private static string Field(string text) => text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
