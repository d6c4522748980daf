using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Reeve.Generators.Reading;

namespace Reeve.Generators.Schema;

/// <summary>The JSON Schema of a flow's parameters, in the shape deployments store as <c>parameter_openapi_schema</c>.</summary>
internal static class ParameterSchema
{
    public static (string Schema, bool HasBounds) Of(IMethodSymbol method, DocComment documentation, CancellationToken cancellationToken)
    {
        var types = new TypeSchema(cancellationToken);
        var properties = new SchemaMembers();
        var required = new List<string>();
        foreach (var parameter in method.Parameters.Where(parameter => !MethodReader.IsToken(parameter.Type)))
        {
            documentation.Parameters.TryGetValue(parameter.Name, out var description);
            properties.With(parameter.Name, Property(parameter, properties.Count, description, types).ToString());
            if (!parameter.HasExplicitDefaultValue && !parameter.IsParams)
                required.Add(parameter.Name);
        }

        var schema = new SchemaMembers().WithText("title", "Parameters").WithText("type", "object").With("properties", properties.ToString());
        if (required.Count > 0)
            schema.With("required", JsonText.Strings(required));
        if (types.Definitions.Count > 0)
            schema.With("definitions", JsonText.Object(types.Definitions.OrderBy(definition => definition.Key, System.StringComparer.Ordinal)));
        return (schema.ToString(), types.HasBounds);
    }

    private static SchemaMembers Property(IParameterSymbol parameter, int position, string? description, TypeSchema types)
    {
        var property = new SchemaMembers().WithText("title", parameter.Name).WithText("description", description);
        if (Default(parameter) is { } value)
            property.With("default", value);
        property.With("position", position.ToString(System.Globalization.CultureInfo.InvariantCulture));
        property.AddRange(types.Of(parameter, parameter.Type));
        return property;
    }

    private static string? Default(IParameterSymbol parameter)
    {
        if (parameter.IsParams)
            return "[]";
        if (!parameter.HasExplicitDefaultValue)
            return null;
        var value = parameter.ExplicitDefaultValue;
        var type = TypeSchema.Unwrap(parameter.Type);
        if (value is null)
            return parameter.Type.IsValueType && type is null ? null : "null"; // default(DateTime) is no JSON null
        return (type ?? parameter.Type) is INamedTypeSymbol { TypeKind: TypeKind.Enum } enumeration
            ? EnumDefault(enumeration, value)
            : JsonText.Constant(value);
    }

    private static string? EnumDefault(INamedTypeSymbol enumeration, object value)
    {
        var member = enumeration.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field.HasConstantValue && Equals(field.ConstantValue, value));
        return member is null ? JsonText.Constant(value) : JsonText.String(TypeSchema.EnumName(member));
    }
}
