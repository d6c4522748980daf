using Microsoft.AspNetCore.Http;

namespace Reeve.Server.Hosting;

/// <summary>Which major line of clients a request comes from; it decides where the two lines contradict each other.</summary>
internal static class ClientLine
{
    internal const string VersionOf2 = "2.20.25";
    internal const string VersionOf3 = "3.8.3";

    /// <summary>True for clients of the 2.x line; everybody else, browsers included, is answered as 3.x.</summary>
    internal static bool IsTwo(HttpRequest request) => request.Headers.UserAgent.ToString().StartsWith("prefect/2.", StringComparison.OrdinalIgnoreCase);

    /// <summary>True for clients that say that they are of the 3.x line; browsers and other programs do not.</summary>
    internal static bool IsThree(HttpRequest request) => request.Headers.UserAgent.ToString().StartsWith("prefect/3.", StringComparison.OrdinalIgnoreCase);
}
