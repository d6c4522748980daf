using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Reeve.Server.Hosting;

/// <summary>Parameters are read with every run: larger ones than the server is set to hold are refused. 2.x knows no such limit.</summary>
internal static class ParameterSize
{
    /// <exception cref="InvalidRequestException">They are larger.</exception>
    internal static void Check(HttpContext http, params ReadOnlySpan<JsonElement?> several)
    {
        var largest = http.RequestServices.GetRequiredService<ServerOptions>().LargestParameters;
        if (largest == 0 || ClientLine.IsTwo(http.Request))
            return;
        foreach (var parameters in several)
            if (parameters is { ValueKind: JsonValueKind.Object } given && JsonMarshal.GetRawUtf8Value(given).Length is var size && size > largest)
                throw new InvalidRequestException(
                    "body.parameters", string.Create(CultureInfo.InvariantCulture, $"Value error, Parameters of {size} bytes exceed the maximum of {largest} bytes"));
    }
}
