using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Deploying;

/// <summary>A scope that asks for each block and each variable once, however many deployments name it.</summary>
internal static class RememberedScope
{
    public static TemplateScope Of(TemplateScope scope)
    {
        var blocks = new ConcurrentDictionary<(string, string), Task<BlockData?>>();
        var variables = new ConcurrentDictionary<string, Task<(bool, JsonNode?)>>();
        return scope with
        {
            Block = scope.Block is { } block ? (type, name, ct) => blocks.GetOrAdd((type, name), _ => block(type, name, ct)) : null,
            Variable = scope.Variable is { } variable ? (name, ct) => variables.GetOrAdd(name, _ => variable(name, ct)) : null,
        };
    }
}
