using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Server.Storage;

/// <summary>What the storage itself reads and writes as JSON; the nouns bring their own type information.</summary>
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonNode))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StorageJson : JsonSerializerContext;
