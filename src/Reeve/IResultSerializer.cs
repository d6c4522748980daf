using System.Buffers;

namespace Reeve;

/// <summary>Writes return values as bytes and reads them back. Own ones are given to a call by <see cref="CallOptions.ResultSerializer"/>; <see cref="ResultSerializers"/> has those that come along.</summary>
public interface IResultSerializer
{
    /// <summary>The name that is stored beside each result, such as "json".</summary>
    string Name { get; }

    /// <summary>Writes a value.</summary>
    /// <exception cref="NotSupportedException">The value has no form here.</exception>
    void Write<T>(IBufferWriter<byte> output, T? value);

    /// <summary>Reads a value that was written by <see cref="Write"/>.</summary>
    /// <exception cref="FormatException">The bytes are none of a <typeparamref name="T"/>.</exception>
    T? Read<T>(ReadOnlyMemory<byte> content);
}

/// <summary>The serializers that come along.</summary>
public static class ResultSerializers
{
    /// <summary>JSON, "json".</summary>
    public static IResultSerializer Json { get; } = new Results.JsonResultSerializer();

    /// <summary>Compressed JSON, "json/gzip".</summary>
    public static IResultSerializer JsonGzip { get; } = new Results.GzipResultSerializer(Json);

    /// <summary>The serializer of a name as an attribute or setting has it.</summary>
    /// <exception cref="NotSupportedException">There is none of that name.</exception>
    public static IResultSerializer Of(string name) => name switch
    {
        "json" => Json,
        "json/gzip" or "compressed/json" => JsonGzip,
        _ => throw new NotSupportedException($"There is no result serializer '{name}'. There are \"json\" and \"json/gzip\"; a call can bring its own as CallOptions.ResultSerializer."),
    };
}
