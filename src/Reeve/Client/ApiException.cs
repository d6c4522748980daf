using System.Net;
using Reeve.Protocol;

namespace Reeve.Client;

/// <summary>The API answered with an error, or did not answer.</summary>
public sealed class ApiException : Exception
{
    /// <summary>An answer that tells of an error.</summary>
    public ApiException(string message, HttpStatusCode? status = null, Problem? problem = null, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        Problem = problem;
    }

    /// <summary>The status code; null when no answer came.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The body of the answer, when it was one of the API's own.</summary>
    public Problem? Problem { get; }

    /// <summary>True when the server could not be reached at all.</summary>
    public bool IsUnreachable => Status is null;
}
