using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;
using Reeve.Protocol;

namespace Reeve.Server.Hosting.OpenApi;

/// <summary>The OpenAPI 3.1 document, from the routes as they are mapped and what <see cref="OperationDescription"/> says of each.</summary>
internal static class OpenApiDocument
{
    internal static JsonObject Of(IEnumerable<Endpoint> endpoints, string server = "")
    {
        var schemas = new WireSchemas();
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var sockets = new JsonArray();
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            var path = PathOf(endpoint.RoutePattern);
            if (endpoint.Metadata.GetMetadata<WireSocket.RouteMark>() is not null)
                sockets.Add((JsonNode)path);
            else if (endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { } methods && endpoint.Metadata.GetMetadata<UnlistedRoute>() is null)
                foreach (var method in methods.HttpMethods)
                    (paths.TryGetValue(path, out var item) ? item : paths[path] = [])[method.ToLowerInvariant()] = Operation(endpoint, method, path, schemas);
        }
        var problem = schemas.Of(typeof(Problem));
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Reeve",
                ["description"] = "The API of a Reeve server. Clients of Prefect 2.20 and 3.8 are served as they are; what Reeve adds are further routes and optional fields.",
                ["version"] = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            },
            ["paths"] = new JsonObject(paths.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components(),
                ["responses"] = new JsonObject
                {
                    ["Refused"] = Answer("The request cannot be used: every fault is listed", problem),
                    ["Unauthorized"] = Answer("This server asks for a user and a password", (JsonObject)problem.DeepClone()),
                },
                ["securitySchemes"] = new JsonObject { ["basic"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic" } },
            },
            ["security"] = new JsonArray(new JsonObject(), new JsonObject { ["basic"] = new JsonArray() }),
            ["x-websockets"] = sockets,
        };
        if (server.Length > 0)
            document["servers"] = new JsonArray(new JsonObject { ["url"] = server });
        return document;
    }

    private static JsonObject Operation(RouteEndpoint endpoint, string method, string path, WireSchemas schemas)
    {
        var operation = new JsonObject
        {
            ["tags"] = new JsonArray(TagOf(path)),
            ["operationId"] = $"{method.ToLowerInvariant()}{path.Replace("/api/", "/", StringComparison.Ordinal).Replace('/', '_').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}".TrimEnd('_'),
        };
        if (endpoint.Metadata.GetMetadata<OperationSummary>() is { } summary)
            operation["summary"] = summary.Text;
        var parameters = new JsonArray([.. endpoint.RoutePattern.Parameters.Select(PathParameter), .. endpoint.Metadata.GetOrderedMetadata<OperationKey>().Select(key => Key(key, schemas))]);
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if (endpoint.Metadata.GetMetadata<OperationBody>() is { } body)
            operation["requestBody"] = new JsonObject { ["required"] = body.Required, ["content"] = Content("application/json", schemas.Of(body.Type)) };
        var answers = new JsonObject();
        foreach (var answer in endpoint.Metadata.GetOrderedMetadata<OperationAnswer>().OrderBy(a => a.Status))
            answers[$"{answer.Status}"] = Answer(ReasonPhrases.GetReasonPhrase(answer.Status), answer.Type is null ? null : schemas.Of(answer.Type), answer.MediaType);
        answers.TryAdd("401", Shared("Unauthorized"));
        if (parameters.Count > 0 || operation.ContainsKey("requestBody"))
            answers.TryAdd("422", Shared("Refused"));
        operation["responses"] = answers;
        return operation;
    }

    private static JsonNode PathParameter(RoutePatternParameterPart part) => new JsonObject
    {
        ["name"] = part.Name,
        ["in"] = "path",
        ["required"] = true,
        ["schema"] = part.Name == "id" || part.Name.EndsWith("_id", StringComparison.Ordinal)
            ? new JsonObject { ["type"] = "string", ["format"] = "uuid" }
            : new JsonObject { ["type"] = "string" },
    };

    private static JsonNode Key(OperationKey key, WireSchemas schemas)
    {
        var schema = schemas.Of(key.Type);
        if (key.Standard is not null)
            schema["default"] = JsonSerializer.SerializeToNode(key.Standard, WireRequests.Options.GetTypeInfo(key.Standard.GetType()));
        return new JsonObject { ["name"] = key.Name, ["in"] = key.In, ["required"] = key.Required, ["schema"] = schema };
    }

    private static JsonObject Answer(string description, JsonObject? schema, string mediaType = "application/json")
    {
        var answer = new JsonObject { ["description"] = description };
        if (schema is not null)
            answer["content"] = Content(mediaType, schema);
        return answer;
    }

    private static JsonObject Content(string mediaType, JsonObject schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Shared(string answer) => new() { ["$ref"] = "#/components/responses/" + answer };

    private static string TagOf(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["api", var first, ..] ? first : "server";

    // constraints and defaults of a parameter are the router's own business
    private static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }))));
}

/// <summary>Marks a route that is no operation of the API: another address of one that is, or a page for people.</summary>
internal sealed record UnlistedRoute;
