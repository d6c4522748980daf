using System.Text.Json.Nodes;

namespace Reeve.Deployments.Templating;

/// <summary>
/// Where values come from. A kind without a source stays in the text as it stands, to be resolved later by whoever has one: that is how a
/// deployment keeps the placeholders of its pull steps.
/// </summary>
public sealed record TemplateScope
{
    /// <summary>What earlier steps gave, flat and under their ids; null: step outputs stay.</summary>
    public JsonObject? Outputs { get; init; }

    /// <summary>Whether an output that is not known stays in the text instead of being a fault.</summary>
    public bool KeepUnknownOutputs { get; init; }

    /// <summary>A block's data by type and name; null from it: there is no such block.</summary>
    public Func<string, string, CancellationToken, Task<BlockData?>>? Block { get; init; }

    /// <summary>A variable's value; false from it: there is no such variable.</summary>
    public Func<string, CancellationToken, Task<(bool Found, JsonNode? Value)>>? Variable { get; init; }

    public Func<string, string?>? Environment { get; init; }

    /// <summary>A secret's value by provider and name; what has to be masked on the way there is added to the registry.</summary>
    public Func<string, string, SecretRegistry, CancellationToken, Task<JsonNode?>>? Secret { get; init; }
}

/// <summary>The data of a block document and which of its fields are secret ("value", "headers.*", "credentials.token").</summary>
public sealed record BlockData(JsonObject Data, IReadOnlyList<string> SecretFields);
