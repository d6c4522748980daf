using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Reeve.Engine;

namespace Reeve;

/// <summary>A type marked <see cref="BlockAttribute"/>: its slug, its fields, the blocks inside it. Looked at once.</summary>
internal sealed partial class BlockKind
{
    private static readonly ConcurrentDictionary<Type, BlockKind> Known = new();

    private BlockKind(Type type, BlockAttribute attribute)
    {
        Type = type;
        Attribute = attribute;
        Properties = [.. AuthorJson.Blocks.GetTypeInfo(type).Properties.Where(p => p.Get is not null)];
        Nested = Properties.Where(p => IsBlock(p.PropertyType)).ToDictionary(p => p.Name, p => p.PropertyType, StringComparer.Ordinal);
    }

    public Type Type { get; }

    public BlockAttribute Attribute { get; }

    public string Slug => Attribute.Slug;

    /// <summary>True for the kinds that servers bring: they are found, never registered.</summary>
    public bool IsBuiltIn => Type.Assembly == typeof(BlockKind).Assembly;

    public string Name => Attribute.Name ?? Spaces().Replace(Type.Name, " $1");

    public string Version => Attribute.Version ?? Type.Assembly.GetName().Version?.ToString(3) ?? "1.0.0";

    public IReadOnlyList<JsonPropertyInfo> Properties { get; }

    /// <summary>The fields that hold other blocks.</summary>
    public IReadOnlyDictionary<string, Type> Nested { get; }

    /// <exception cref="InvalidOperationException">The type is no block, or its slug is none.</exception>
    public static BlockKind Of(Type type) => Known.GetOrAdd(type, Make);

    public static bool IsBlock(Type type) => type.IsDefined(typeof(BlockAttribute), inherit: false);

    /// <summary>The schema's fields. The checksums of nested kinds are the server's.</summary>
    public JsonObject Fields(Func<Type, string> checksum)
    {
        var (secrets, references) = (new List<string>(), new JsonObject());
        var schema = new TypeSchema(AuthorJson.Blocks);
        var definitions = schema.Definitions;
        schema.Nested = (type, at) => IsBlock(type) ? Nest(type, at) : null;
        var fields = schema.Object(Type);
        fields["block_type_slug"] = Slug;
        fields["secret_fields"] = new JsonArray([.. schema.Secrets.Concat(secrets).Select(path => (JsonNode)path)]);
        fields["block_schema_references"] = references;
        if (definitions.Count > 0)
            fields["definitions"] = definitions;
        return fields;

        JsonObject Nest(Type type, string at)
        {
            if (!Nested.ContainsKey(at))
                throw new InvalidOperationException($"Block type '{Type.Name}' holds a {type.Name} in '{at}'. A block is the value of a property of the block itself, not of a list, map or object in it.");
            var inner = Of(type).Fields(checksum);
            if (inner["definitions"] is JsonObject below)
            {
                inner.Remove("definitions");
                foreach (var (name, definition) in below)
                    definitions[name] = definition?.DeepClone();
            }

            secrets.AddRange(inner["secret_fields"]!.AsArray().Select(path => $"{at}.{path}"));
            definitions[type.Name] = inner;
            references[at] = new JsonObject { ["block_type_slug"] = Of(type).Slug, ["block_schema_checksum"] = checksum(type) };
            return new() { ["$ref"] = $"#/definitions/{type.Name}" };
        }
    }

    /// <summary>The data as it is sent: secrets in clear, blocks that are kept under a name as references to them.</summary>
    public JsonObject Write(object block)
    {
        var data = new JsonObject();
        foreach (var property in Properties)
        {
            var value = property.Get!(block);
            if (value is null && !property.IsRequired)
                continue; // what is not given is left to the schema's default
            data[property.Name] = value is null ? null
                : !Nested.ContainsKey(property.Name) ? JsonSerializer.SerializeToNode(value, AuthorJson.Blocks.GetTypeInfo(property.PropertyType))
                : BlockIdentity.Of(value) is { } id ? new JsonObject { ["$ref"] = new JsonObject { ["block_document_id"] = id.ToString() } }
                : Of(property.PropertyType).Write(value);
        }

        return data;
    }

    /// <summary>Makes the block of its data, and remembers which kept blocks stand inside it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public object Read(JsonElement data, JsonObject references)
    {
        var block = data.Deserialize(AuthorJson.Blocks.GetTypeInfo(Type)) ?? throw new JsonException("The data is null.");
        Identify(block, references);
        return block;
    }

    private void Identify(object block, JsonObject references)
    {
        foreach (var property in Properties.Where(p => Nested.ContainsKey(p.Name)))
        {
            if (property.Get!(block) is not { } value || references[property.Name]?["block_document"] is not JsonObject document)
                continue;
            if (document["is_anonymous"]?.GetValue<bool>() != true && Guid.TryParse(document["id"]?.ToString(), out var id))
                BlockIdentity.Set(value, id);
            if (document["block_document_references"] is JsonObject below)
                Of(property.PropertyType).Identify(value, below);
        }
    }

    private static BlockKind Make(Type type)
    {
        var attribute = type.GetCustomAttribute<BlockAttribute>(inherit: false)
            ?? throw new InvalidOperationException($"{type.Name} is no block type. Mark it [Block(\"a-name-of-its-kind\")].");
        return SlugPattern().IsMatch(attribute.Slug)
            ? new BlockKind(type, attribute)
            : throw new InvalidOperationException($"[Block(\"{attribute.Slug}\")] on {type.Name}: the name of a kind has lower-case letters, digits and dashes only.");
    }

    [GeneratedRegex("^[a-z0-9-]+$", RegexOptions.NonBacktracking)]
    internal static partial Regex SlugPattern();

    [GeneratedRegex("(?<=[a-z0-9])([A-Z])")]
    private static partial Regex Spaces();
}
