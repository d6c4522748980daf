using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Reeve.Server.Hosting;
using Reeve.Server.Storage;

namespace Reeve.Server.RunHistory;

/// <summary><c>/flow_runs/history</c> and <c>/task_runs/history</c></summary>
internal sealed class RunHistoryApi(Database database, RunHistoryStore history)
{
    // a longer interval than this is no time span to any client
    private const double LongestInterval = 999_999_999d * 86_400;

    internal void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/flow_runs/history", http => AnswerAsync(http, history.OfFlowRunsAsync))
            .Says("Counts flow runs by interval and state.").Takes<HistoryQuery>().Answers<List<HistoryInterval>>();
        api.MapPost("/task_runs/history", http => AnswerAsync(http, history.OfTaskRunsAsync))
            .Says("Counts task runs by interval and state.").Takes<HistoryQuery>().Answers<List<HistoryInterval>>();
    }

    private async Task AnswerAsync(HttpContext http, Func<Session, HistoryQuery, ValueTask<List<HistoryInterval>>> read)
    {
        var query = await http.Request.ReadWireAsync<HistoryQuery>(http.RequestAborted).ConfigureAwait(false);
        if (query.Seconds is > LongestInterval or double.NaN)
            throw new InvalidRequestException("body.history_interval_seconds", "Input should be a valid timedelta", "time_delta_parsing");
        await (query.Seconds < 1
            ? http.ProblemAsync(StatusCodes.Status422UnprocessableEntity, "History interval must not be less than 1 second.")
            : http.AnswerAsync(await database.ReadAsync(session => read(session, query), http.RequestAborted).ConfigureAwait(false))).ConfigureAwait(false);
    }
}
