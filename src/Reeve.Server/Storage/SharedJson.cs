using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Reeve.Server.Storage;

/// <summary>The rows of a page mostly share their tags, policies and empty maps: what says the same as the row before is the same value. Nobody may change it.</summary>
internal sealed class SharedJson(int columns)
{
    // longer values differ from row to row, and would be kept for nothing
    private const int LongestKept = 512;

    private readonly (byte[] Utf8, int Length, object? Value)[] kept = new (byte[], int, object?)[columns];

    internal T Read<T>(int column, ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        if (utf8.Length > LongestKept)
            return JsonSerializer.Deserialize(utf8, type)!;
        ref var last = ref kept[column];
        if (last.Value is T same && utf8.SequenceEqual(last.Utf8.AsSpan(0, last.Length)))
            return same;
        var value = JsonSerializer.Deserialize(utf8, type)!;
        if (last.Utf8 is null || last.Utf8.Length < utf8.Length)
            last.Utf8 = new byte[utf8.Length];
        utf8.CopyTo(last.Utf8);
        (last.Length, last.Value) = (utf8.Length, value);
        return value;
    }
}
