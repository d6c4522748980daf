using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>Reads bodies and query keys as the wire has them. Faults are thrown as <see cref="InvalidRequestException"/>.</summary>
internal static class WireRequests
{
    // a null for what must have a value is a fault of the request, not of the code behind it
    internal static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>Reads the body. An empty body is read as <c>{}</c>. <paramref name="echo"/>: a refusal may repeat the body.</summary>
    internal static async ValueTask<T> ReadWireAsync<T>(this HttpRequest request, CancellationToken cancellation, bool echo = true)
    {
        var type = TypeOf<T>.Info;
        var pipe = request.BodyReader;
        var result = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
        while (!result.IsCompleted)
        {
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            result = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
        }
        try
        {
            return Parse(result, type, echo);
        }
        finally
        {
            pipe.AdvanceTo(result.Buffer.End);
        }
    }

    /// <summary>Reads a body that is there as a whole.</summary>
    internal static T Read<T>(ReadOnlyMemory<byte> body) => Parse(new ReadResult(new(body), isCanceled: false, isCompleted: true), TypeOf<T>.Info, echo: false);

    /// <summary>Reads a value that was parsed already, such as a websocket's message.</summary>
    internal static T Read<T>(JsonElement body)
    {
        try
        {
            return body.Deserialize(TypeOf<T>.Info) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw Refused(body, TypeOf<T>.Info, echo: true, fault);
        }
    }

    /// <summary>An id of the path. For 3.x clients an address without one is none of the API's (leases excepted); the 2.x line calls it a fault of the request.</summary>
    internal static Guid Id(this HttpContext http, string name = "id")
    {
        var text = (string)http.Request.RouteValues[name]!;
        if (Guid.TryParse(text, out var id))
            return id;
        throw name == "lease_id" || ClientLine.IsTwo(http.Request)
            ? new InvalidRequestException($"path.{name}", "Input should be a valid UUID", "uuid_parsing")
            : IsOfAnotherMethod(http)
                ? new BadHttpRequestException("Method Not Allowed", StatusCodes.Status405MethodNotAllowed)
                : new BadHttpRequestException("Not Found: the address needs an id (a UUID).", StatusCodes.Status404NotFound);
    }

    // "GET …/count" is the address of a POST, and only by its form one with an id
    private static bool IsOfAnotherMethod(HttpContext http) => http.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Any(route => route.RoutePattern.Parameters.Count == 0 && string.Equals(route.RoutePattern.RawText?.Trim('/'), http.Request.Path.Value?.Trim('/'), StringComparison.Ordinal));

    internal static string Route(this HttpContext http, string name) => Uri.UnescapeDataString((string)http.Request.RouteValues[name]!);

    internal static Guid? QueryId(this HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var text)
            ? Guid.TryParse(text, out var id) ? id : throw new InvalidRequestException($"query.{name}", "Input should be a valid UUID", "uuid_parsing")
            : null;

    internal static int? QueryInt(this HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var text)
            ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidRequestException($"query.{name}", "Input should be a valid integer", "int_parsing")
            : null;

    private static T Parse<T>(in ReadResult result, JsonTypeInfo<T> type, bool echo)
    {
        if (!WireText.IsText(result.Buffer))
            throw new InvalidRequestException("body", "JSON decode error: the text is not valid Unicode", "json_invalid");
        try
        {
            var buffer = result.Buffer;
            var reader = buffer.IsEmpty ? new Utf8JsonReader("{}"u8) : new Utf8JsonReader(buffer);
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw Refused(result.Buffer, type, echo, fault);
        }
    }

    private static InvalidRequestException Refused(in ReadOnlySequence<byte> utf8, JsonTypeInfo type, bool echo, JsonException fault)
    {
        JsonElement body;
        try
        {
            body = utf8.IsEmpty ? WireJson.EmptyObject : WireJson.Parse(Encoding.UTF8.GetString(utf8));
        }
        catch (JsonException)
        {
            return new([new Fault(["body", Position(fault)], "JSON decode error", "json_invalid")]);
        }
        return Refused(body, type, echo, fault);
    }

    private static InvalidRequestException Refused(JsonElement body, JsonTypeInfo type, bool echo, JsonException fault)
    {
        var faults = FaultFinder.Find(body, type);
        if (faults.Count == 0)
            faults.Add(new(["body", .. (fault.Path ?? "$").Split('.').Skip(1)], fault.Message.Split(" Path:")[0], "value_error"));
        return new(faults, echo ? Echo.Of(body) : null);
    }

    private static string Position(JsonException fault) =>
        string.Create(CultureInfo.InvariantCulture, $"line {(fault.LineNumber ?? 0) + 1}, byte {(fault.BytePositionInLine ?? 0) + 1}");

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(WireJson.Options) { RespectNullableAnnotations = true };
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(options.TypeInfoResolver, ServerJson.Default).WithAddedModifier(AskForWhatHasNoDefault).WithAddedModifier(RefuseHoles).WithAddedModifier(LeaveOutWhatIsNotWire);
        options.MakeReadOnly();
        return options;
    }

    // what a record's constructor wants and cannot do without is required of the body
    private static void AskForWhatHasNoDefault(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (property.AssociatedParameter is { IsMemberInitializer: false, HasDefaultValue: false, IsNullable: false })
                property.IsRequired = true;
    }

    // no list of this wire has a null for a text or an object, and no map one for a text
    private static void RefuseHoles(JsonTypeInfo type)
    {
        if (type is { Kind: JsonTypeInfoKind.Enumerable, ElementType.IsValueType: false })
            type.OnDeserialized = static list => RefuseNull((System.Collections.IEnumerable)list);
        else if (type.Kind == JsonTypeInfoKind.Dictionary && type.ElementType == typeof(string))
            type.OnDeserialized = static map => RefuseNull(((IEnumerable<KeyValuePair<string, string>>)map).Select(member => member.Value));
    }

    private static void RefuseNull(System.Collections.IEnumerable values)
    {
        foreach (var value in values)
            if (value is null)
                throw new JsonException("null");
    }

    // the generated type information keeps a place for properties that are neither read nor written
    private static void LeaveOutWhatIsNotWire(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
            if (type.Properties[i] is { Get: null, Set: null })
                type.Properties.RemoveAt(i);
    }

    private static class TypeOf<T>
    {
        internal static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
