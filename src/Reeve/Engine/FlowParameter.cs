using System.ComponentModel;
using System.Text.Json;

namespace Reeve.Engine;

/// <summary>A parameter of a flow: reads and writes its value as JSON.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class FlowParameter
{
    private protected FlowParameter(string name, bool isRequired)
    {
        Name = name;
        IsRequired = isRequired;
    }

    /// <summary>The parameter's name.</summary>
    public string Name { get; }

    /// <summary>True when it has no default.</summary>
    public bool IsRequired { get; }

    internal abstract object? Default { get; }

    /// <summary>A parameter of type <typeparamref name="T"/>.</summary>
    public static FlowParameter Of<T>(string name, bool isRequired, bool isNullable, T defaultValue) => new Typed<T>(name, isRequired, isNullable, defaultValue);

    /// <summary>Reads the value; on failure <paramref name="fault"/> says what was expected and what was found.</summary>
    internal abstract bool TryRead(JsonElement json, out object? value, out string? fault);

    internal abstract void Write(Utf8JsonWriter writer, object? value);

    private sealed class Typed<T>(string name, bool isRequired, bool isNullable, T defaultValue) : FlowParameter(name, isRequired)
    {
        internal override object? Default => defaultValue;

        internal override bool TryRead(JsonElement json, out object? value, out string? fault)
        {
            value = null;
            fault = null;
            if (json.ValueKind == JsonValueKind.Null)
            {
                fault = isNullable ? null : $"'{Name}' must be {ParameterJson.Describe(typeof(T))}, not null";
                return isNullable;
            }

            try
            {
                value = ParameterJson.Read<T>(json);
                return true;
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NotSupportedException or OverflowException)
            {
                fault = $"'{Name}' must be {ParameterJson.Describe(typeof(T))}, not {ParameterJson.Quote(json)}{Where(e)}";
                return false;
            }
        }

        internal override void Write(Utf8JsonWriter writer, object? value) => ParameterJson.Write(writer, (T)value!);

        // A path tells which member of an object was wrong. At the root only a list of missing members tells more than we have said.
        private static string Where(Exception e) => e is not JsonException json ? ""
            : json.Path is { Length: > 1 } ? $" (at {json.Path}: {Sentence(json)})"
            : json.Message.Contains("required properties", StringComparison.Ordinal) ? $" ({Sentence(json)})"
            : "";

        private static string Sentence(JsonException e) => e.Message.Split(" Path:")[0].TrimEnd('.');
    }
}
