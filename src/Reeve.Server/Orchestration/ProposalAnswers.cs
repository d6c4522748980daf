using Microsoft.AspNetCore.Http;
using Reeve.Protocol.Leases;
using Reeve.Server.Hosting;

namespace Reeve.Server.Orchestration;

/// <summary>How the outcome of a proposal, and the lease that it carries, stand on the wire.</summary>
internal static class ProposalAnswers
{
    internal static Task AnswerAsync(this HttpContext http, ProposalOutcome outcome, string noun) => outcome switch
    {
        ProposalOutcome.NotFound => http.NotFoundAsync($"{noun} not found"),
        ProposalOutcome.Superseded superseded => http.ConflictAsync(superseded.Detail),
        ProposalOutcome.Answered answered => http.AnswerAsync(answered.Result, answered.Stored ? StatusCodes.Status201Created : StatusCodes.Status200OK),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>The token of the header; null: the client knows no leases.</summary>
    internal static Guid? LeaseToken(this HttpRequest request) => request.Headers.TryGetValue(Lease.Header, out var text)
        ? Guid.TryParse(text, out var token) ? token : throw new InvalidRequestException($"header.{Lease.Header}", "Input should be a valid UUID", "uuid_parsing")
        : null;
}
