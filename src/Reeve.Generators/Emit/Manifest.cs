using Reeve.Generators.Reading;
using Reeve.Generators.Schema;

namespace Reeve.Generators.Emit;

/// <summary>What deploying reads from a built assembly without running it.</summary>
internal static class Manifest
{
    public static string Of(RunMethod flow) => new SchemaMembers()
        .WithText("name", flow.Name)
        .WithText("method", flow.Method)
        .WithText("type", flow.TypeMetadataName)
        .With("description", JsonText.StringOrNull(flow.Description))
        .With("version", JsonText.StringOrNull(flow.Version))
        .With("parameter_schema", flow.ParameterSchema ?? "{}")
        .ToString();
}
