using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>Writes answers: JSON straight into one buffer, with its length.</summary>
internal static class WireAnswers
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    [ThreadStatic]
    private static (AnswerBuffer Buffer, Utf8JsonWriter Writer)? kept;

    internal static Task AnswerAsync<T>(this HttpContext http, T value, int status = StatusCodes.Status200OK)
    {
        var (buffer, writer) = Written(value);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        http.Response.BodyWriter.Write(buffer.WrittenSpan);
        Keep(buffer, writer);
        return Task.CompletedTask; // the server flushes the body when the handler has ended
    }

    /// <summary>How many bytes an answer has.</summary>
    internal static int LengthOf<T>(T value)
    {
        var (buffer, writer) = Written(value);
        var length = buffer.WrittenCount;
        Keep(buffer, writer);
        return length;
    }

    internal static Task NoContentAsync(this HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    internal static Task NotFoundAsync(this HttpContext http, string detail) => http.ProblemAsync(StatusCodes.Status404NotFound, detail);

    internal static Task ConflictAsync(this HttpContext http, string detail) => http.ProblemAsync(StatusCodes.Status409Conflict, detail);

    internal static Task ProblemAsync(this HttpContext http, int status, string detail) => http.AnswerAsync(new Problem { Detail = detail }, status);

    private static (AnswerBuffer Buffer, Utf8JsonWriter Writer) Written<T>(T value)
    {
        var (buffer, writer) = kept ?? Fresh();
        kept = null;
        JsonSerializer.Serialize(writer, value, TypeOf<T>.Info);
        writer.Flush();
        return (buffer, writer);
    }

    private static void Keep(AnswerBuffer buffer, Utf8JsonWriter writer)
    {
        buffer.Reset();
        writer.Reset();
        kept = (buffer, writer);
    }

    private static (AnswerBuffer Buffer, Utf8JsonWriter Writer) Fresh()
    {
        var buffer = new AnswerBuffer();
        return (buffer, new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(WireJson.Options);
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(options.TypeInfoResolver, ServerJson.Default);
        options.MakeReadOnly();
        return options;
    }

    private static class TypeOf<T>
    {
        internal static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
