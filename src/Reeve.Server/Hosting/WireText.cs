using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Reeve.Server.Hosting;

/// <summary>
/// Whether a body is Unicode text throughout. The reader looks at a string only when it is asked for one, and free JSON is stored as it came: half a
/// character would come to light when somebody else reads it.
/// </summary>
internal static class WireText
{
    internal static bool IsText(in ReadOnlySequence<byte> body)
    {
        var utf8 = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        return Utf8.IsValid(utf8) && (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0 || HasWholeCharacters(utf8));
    }

    private static bool HasWholeCharacters(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // the reader's word for half a surrogate pair
        }
        catch (JsonException)
        {
            return true; // no JSON at all: told by who reads it
        }
    }
}
