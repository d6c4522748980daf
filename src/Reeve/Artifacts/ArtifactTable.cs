using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Reeve.Engine;

namespace Reeve;

/// <summary>Rows as the JSON text that consoles draw a table from.</summary>
internal static class ArtifactTable
{
    private static readonly Lazy<JsonSerializerOptions> Options = new(() => new JsonSerializerOptions
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a division by zero must not cost the table
        Converters = { new JsonStringEnumConverter(), new ParameterJson.DurationConverter() },
    });

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The package turns on reflection for JSON; flows are not trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public static string Write<T>(IEnumerable<T> rows) => JsonSerializer.Serialize(rows, Options.Value);
}
