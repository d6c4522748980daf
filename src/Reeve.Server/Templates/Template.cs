using System.Text.Json;

namespace Reeve.Server.Templates;

/// <summary>
/// A template of the Jinja language, as automations and parameters have them: values, filters, conditions, loops. It reaches nothing but what it is given, and is bounded in what
/// it writes, holds and does (<see cref="TemplateBounds"/>). What is not there is printed as nothing, also the members of what is not there.
/// </summary>
internal sealed class Template
{
    private readonly TemplateBody body;

    private Template(TemplateBody body) => this.body = body;

    /// <exception cref="TemplateSyntaxException">The text is no template.</exception>
    internal static Template Read(string text) => new(TemplateSyntax.Read(text));

    /// <summary>Fills it in. Names are those of the language's values: <see cref="TemplateValues"/>.</summary>
    /// <exception cref="TemplateException">It cannot be filled in with these values.</exception>
    internal string Render(IReadOnlyDictionary<string, object?> names, TemplateConsole? console = null) => new TemplateRendering(names, console).Render(body);

    /// <summary>Fills a text in at once.</summary>
    /// <returns>The text, or why there is none.</returns>
    internal static (string? Text, string? Fault) Render(string text, IReadOnlyDictionary<string, object?> names, TemplateConsole? console = null)
    {
        try
        {
            return (Read(text).Render(names, console), null);
        }
        catch (TemplateSyntaxException e)
        {
            return (null, $"line {e.Fault.Line}: {e.Fault.Message}");
        }
        catch (TemplateException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>The names of a template from JSON objects: an event, a flow run, a deployment.</summary>
    internal static Dictionary<string, object?> Names(params ReadOnlySpan<(string Name, JsonElement Value)> values)
    {
        var names = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
            names[name] = TemplateValues.Of(value);
        return names;
    }
}

/// <summary>The addresses of things in the console, for the filters that give them.</summary>
/// <param name="Address">The console's own, without a slash at its end.</param>
internal sealed record TemplateConsole(string Address)
{
    private static readonly (string Kind, string Path)[] Places =
    [
        ("flow-run", "/runs/flow-run/"), ("task-run", "/runs/task-run/"), ("flow", "/flows/flow/"), ("deployment", "/deployments/deployment/"),
        ("work-pool", "/work-pools/work-pool/"), ("work-queue", "/work-queues/work-queue/"), ("automation", "/automations/automation/"), ("event", "/events/event/"),
    ];

    /// <summary>The page of a thing: a resource by its id ("prefect.flow-run.…"), or a map that says by "__kind" what it is.</summary>
    internal string? AddressOf(object? value)
    {
        if (ResourceOf(value) is not { } resource)
            return null;
        foreach (var (kind, path) in Places)
            if (resource.StartsWith($"prefect.{kind}.", StringComparison.Ordinal))
                return Address + path + Uri.EscapeDataString(resource[(kind.Length + 9)..]);
        return null;
    }

    /// <summary>The page of a thing's events.</summary>
    internal string? EventsOf(object? value) => ResourceOf(value) is { } resource ? $"{Address}/events?resource={Uri.EscapeDataString(resource)}" : null;

    private static string? ResourceOf(object? value) => value switch
    {
        string text when text.StartsWith("prefect.", StringComparison.Ordinal) => text,
        Dictionary<string, object?> map when map.GetValueOrDefault("prefect.resource.id") is string id => id,
        Dictionary<string, object?> map when map.GetValueOrDefault("__kind") is string kind && map.GetValueOrDefault("id") is { } id => $"prefect.{kind}.{TemplateValues.Text(id)}",
        Dictionary<string, object?> map when map.GetValueOrDefault("resource") is { } inner => ResourceOf(inner),
        _ => null,
    };
}
