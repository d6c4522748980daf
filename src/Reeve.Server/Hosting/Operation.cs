using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Reeve.Protocol;

namespace Reeve.Server.Hosting;

/// <summary>What the OpenAPI document says of a route in words.</summary>
internal sealed record OperationSummary(string Text);

/// <summary>The JSON body that a route reads. <paramref name="Required"/>: a request without one is refused.</summary>
internal sealed record OperationBody(Type Type, bool Required);

/// <summary>A query key (or header) that a route reads.</summary>
internal sealed record OperationKey(string Name, Type Type, bool Required, object? Standard, string In = "query");

/// <summary>An answer of a route. No type: no body.</summary>
internal sealed record OperationAnswer(int Status, Type? Type, string MediaType);

/// <summary>Describes a route for the OpenAPI document. Refusals that every route shares (401, 422 for what cannot be read) need no mention.</summary>
internal static class OperationDescription
{
    /// <summary>One sentence: what the route does.</summary>
    internal static IEndpointConventionBuilder Says(this IEndpointConventionBuilder route, string text) => route.WithMetadata(new OperationSummary(text));

    /// <summary>The body is a JSON <typeparamref name="T"/>.</summary>
    internal static IEndpointConventionBuilder Takes<T>(this IEndpointConventionBuilder route, bool required = true) => route.WithMetadata(new OperationBody(typeof(T), required));

    /// <summary>A query key.</summary>
    internal static IEndpointConventionBuilder Key<T>(this IEndpointConventionBuilder route, string name, bool required = false, object? standard = null) =>
        route.WithMetadata(new OperationKey(name, typeof(T), required, standard));

    /// <summary>Answers a JSON <typeparamref name="T"/>.</summary>
    internal static IEndpointConventionBuilder Answers<T>(this IEndpointConventionBuilder route, params int[] statuses)
    {
        foreach (var status in statuses is [] ? [StatusCodes.Status200OK] : statuses)
            route.WithMetadata(new OperationAnswer(status, typeof(T), MediaTypeNames.Application.Json));
        return route;
    }

    /// <summary>Answers without a body (204), or with a sentence (<see cref="Problem"/>: 404, 409 …).</summary>
    internal static IEndpointConventionBuilder Answers(this IEndpointConventionBuilder route, params int[] statuses)
    {
        foreach (var status in statuses)
            route.WithMetadata(new OperationAnswer(status, status >= 400 ? typeof(Problem) : null, MediaTypeNames.Application.Json));
        return route;
    }

    /// <summary>Answers 200 with a text of another kind than JSON.</summary>
    internal static IEndpointConventionBuilder AnswersText(this IEndpointConventionBuilder route, string mediaType = MediaTypeNames.Text.Plain) =>
        route.WithMetadata(new OperationAnswer(StatusCodes.Status200OK, typeof(string), mediaType));

    private static IEndpointConventionBuilder WithMetadata(this IEndpointConventionBuilder route, object item)
    {
        route.Add(builder => builder.Metadata.Add(item));
        return route;
    }
}
