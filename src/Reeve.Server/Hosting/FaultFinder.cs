using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Reeve.Protocol;
using Reeve.Protocol.Json;

namespace Reeve.Server.Hosting;

/// <summary>Goes through a refused body and names every fault; the reader itself stops at the first.</summary>
internal static class FaultFinder
{
    internal static List<Fault> Find(JsonElement body, JsonTypeInfo type)
    {
        List<Fault> faults = [];
        Check(body, type, ["body"], faults);
        return faults;
    }

    private static void Check(JsonElement value, JsonTypeInfo type, string[] place, List<Fault> faults)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(value, type, place, faults);
                break;
            case JsonTypeInfoKind.Enumerable:
                CheckList(value, type, place, faults);
                break;
            case JsonTypeInfoKind.Dictionary when type.ElementType == typeof(string):
                CheckMap(value, type, place, faults);
                break;
            default:
                CheckValue(value, type, place, faults);
                break;
        }
    }

    private static void CheckObject(JsonElement value, JsonTypeInfo type, string[] place, List<Fault> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(place, "Input should be a valid dictionary", "model_attributes_type"));
            return;
        }
        if (type.PolymorphismOptions is { } family)
        {
            var kind = value.TryGetProperty(family.TypeDiscriminatorPropertyName, out var named) ? named.ToString() : null;
            if (kind is not null && family.DerivedTypes.All(member => member.TypeDiscriminator as string != kind))
                faults.Add(new([.. place, family.TypeDiscriminatorPropertyName], $"Input should be one of {string.Join(", ", family.DerivedTypes.Select(member => $"'{member.TypeDiscriminator}'"))}", "union_tag_invalid"));
            else if (kind is not null)
                type = type.Options.GetTypeInfo(family.DerivedTypes.First(member => member.TypeDiscriminator as string == kind).DerivedType);
        }
        foreach (var property in type.Properties)
        {
            string[] at = [.. place, property.Name];
            if (!value.TryGetProperty(property.Name, out var given))
            {
                if (property.IsRequired)
                    faults.Add(new(at, "Field required", "missing"));
            }
            else if (given.ValueKind != JsonValueKind.Null || !property.IsSetNullable)
            {
                Check(given, TypeOf(property, type.Options), at, faults);
            }
        }
    }

    // a property that is read in a way of its own is checked in that way
    private static JsonTypeInfo TypeOf(JsonPropertyInfo property, JsonSerializerOptions options) => property.CustomConverter is { } own
        ? new JsonSerializerOptions(options) { Converters = { own } }.GetTypeInfo(property.PropertyType)
        : options.GetTypeInfo(property.PropertyType);

    private static void CheckList(JsonElement value, JsonTypeInfo type, string[] place, List<Fault> faults)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(place, "Input should be a valid list", "list_type"));
            return;
        }
        var element = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Check(item, element, [.. place, (index++).ToString(CultureInfo.InvariantCulture)], faults);
    }

    private static void CheckMap(JsonElement value, JsonTypeInfo type, string[] place, List<Fault> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(place, "Input should be a valid dictionary", "dict_type"));
            return;
        }
        var element = type.Options.GetTypeInfo(type.ElementType!);
        foreach (var member in value.EnumerateObject())
            CheckValue(member.Value, element, [.. place, member.Name], faults);
    }

    private static void CheckValue(JsonElement value, JsonTypeInfo type, string[] place, List<Fault> faults)
    {
        try
        {
            if (value.ValueKind != JsonValueKind.Null || Nullable.GetUnderlyingType(type.Type) is not null || IsOptional(type.Type))
            {
                _ = value.Deserialize(type);
                return;
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            // told below in the words of the wire
        }
        var (message, kind) = Expected(type.Type);
        faults.Add(new(place, message, kind));
    }

    private static bool IsOptional(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>);

    private static (string Message, string Kind) Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? (IsOptional(type) ? type.GetGenericArguments()[0] : type);
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
            return ($"Input should be one of {string.Join(", ", Enum.GetNames(type).Select(name => $"'{JsonNamingPolicy.SnakeCaseUpper.ConvertName(name)}'"))}", "enum");
        return type switch
        {
            _ when type == typeof(string) => ("Input should be a valid string", "string_type"),
            _ when type == typeof(Guid) => ("Input should be a valid UUID", "uuid_parsing"),
            _ when type == typeof(DateTimeOffset) => ("Input should be a valid datetime", "datetime_parsing"),
            _ when type == typeof(bool) => ("Input should be a valid boolean", "bool_parsing"),
            _ when type == typeof(int) || type == typeof(long) => ("Input should be a valid integer", "int_parsing"),
            _ when type == typeof(double) => ("Input should be a valid number", "float_parsing"),
            _ => ("Input should be a valid value", "value_error"),
        };
    }
}
