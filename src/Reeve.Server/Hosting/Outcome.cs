using Microsoft.AspNetCore.Http;

namespace Reeve.Server.Hosting;

/// <summary>An expected refusal: the status and the sentence of the answer.</summary>
internal sealed record Refusal(int Status, string Detail)
{
    internal static Refusal NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    internal static Refusal Conflict(string detail) => new(StatusCodes.Status409Conflict, detail);

    internal static Refusal Forbidden(string detail) => new(StatusCodes.Status403Forbidden, detail);
}

/// <summary>A value, or why there is none.</summary>
internal readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

internal static class OutcomeAnswers
{
    internal static Task AnswerAsync<T>(this HttpContext http, Outcome<T> outcome, int status = StatusCodes.Status200OK) =>
        outcome.Refusal is { } refusal ? http.ProblemAsync(refusal.Status, refusal.Detail) : http.AnswerAsync(outcome.Value!, status);

    /// <summary>204, or the refusal.</summary>
    internal static Task DoneAsync(this HttpContext http, Refusal? refusal) =>
        refusal is null ? http.NoContentAsync() : http.ProblemAsync(refusal.Status, refusal.Detail);
}
