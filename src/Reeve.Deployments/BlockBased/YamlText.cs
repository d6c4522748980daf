using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reeve.Deployments.BlockBased;

/// <summary>JSON as block-style YAML, as the tools write it that read these files.</summary>
internal static class YamlText
{
    /// <summary>The entries of a mapping, one after the other.</summary>
    public static string Of(JsonObject map)
    {
        if (map.Count == 0)
            return "";
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(2, 4096, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, map);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var (key, value) in map)
                {
                    Write(emitter, key);
                    Write(emitter, value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list)
                    Write(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String:
                Write(emitter, value.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(null, null, node?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    // A text that reads as something else is put in quotes; what YAML's grammar needs quoted, the emitter quotes.
    private static void Write(Emitter emitter, string text)
    {
        var isPlain = text.Length > 0 && YamlScalars.Resolve(text) is JsonValue value && value.GetValueKind() is JsonValueKind.String && !LooksLikeDate(text);
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.DoubleQuoted : isPlain ? ScalarStyle.Any : ScalarStyle.SingleQuoted;
        emitter.Emit(new Scalar(null, null, text, style, isPlainImplicit: isPlain, isQuotedImplicit: true));
    }

    // Readers of the old tools make dates of these, and 12:30 the number 750.
    private static bool LooksLikeDate(string text) => char.IsAsciiDigit(text[0]) && (text.Contains(':', StringComparison.Ordinal) || (text.Length >= 8 && text.Contains('-', StringComparison.Ordinal)));
}
