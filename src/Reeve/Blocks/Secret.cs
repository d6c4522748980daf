using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Reeve;

/// <summary>
/// A value that shows itself to nobody by accident: as text, in a debugger, in an exception's message and as JSON it reads <c>********</c>. Only <see cref="Reveal"/> gives
/// it, and the keeping of a block, whose field the server then seals.
/// </summary>
[DebuggerDisplay("********")]
[JsonConverter(typeof(SecretConverter))]
public sealed class Secret<T> : IEquatable<Secret<T>>
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly T _value;

    /// <summary>Hides a value.</summary>
    public Secret(T value) => _value = value;

    /// <summary>The value.</summary>
    public T Reveal() => _value;

    /// <summary>Eight asterisks.</summary>
    public override string ToString() => SecretConverter.Hidden;

    /// <summary>True when both hide equal values.</summary>
    public bool Equals(Secret<T>? other) => other is not null && EqualityComparer<T>.Default.Equals(_value, other._value);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Secret<T>);

    /// <inheritdoc />
    public override int GetHashCode() => _value is null ? 0 : EqualityComparer<T>.Default.GetHashCode(_value);

    /// <summary>Hides a value.</summary>
    public static implicit operator Secret<T>(T value) => new(value);
}
