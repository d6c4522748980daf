using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Reeve.Server.Hosting;

/// <summary>Refuses requests for an older API than there is, and versions that are none. Who names no version gets this one.</summary>
internal static class ApiVersion
{
    internal const string Header = "X-PREFECT-API-VERSION";

    // both lines of clients name it
    private static readonly (int Major, int Minor, int Patch) Oldest = (0, 8, 4);

    internal static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers[Header].ToString() is not { Length: > 0 } asked)
            return next(http);
        if (Parse(asked) is not { } version)
            return http.ProblemAsync(StatusCodes.Status400BadRequest, $"Invalid {Header} header format. Expected 'x.y.z' but received {asked}");
        return version.CompareTo(Oldest) < 0
            ? http.ProblemAsync(StatusCodes.Status400BadRequest, $"The request asks for API version {asked}, but this server answers version {Oldest.Major}.{Oldest.Minor}.{Oldest.Patch} and later.")
            : next(http);
    }

    private static (int Major, int Minor, int Patch)? Parse(string text) =>
        text.Split('.') is [var major, var minor, var patch] && Number(major) is { } x && Number(minor) is { } y && Number(patch) is { } z ? (x, y, z) : null;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
