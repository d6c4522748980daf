using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reeve.Calls;

/// <summary>What a parent tells its child process: to run a call, or to stop it.</summary>
internal sealed record TaskProcessRequest
{
    public string Key { get; init; } = "";

    public string Assembly { get; init; } = "";

    /// <summary>Null in a message that only stops: a JSON value that was never given cannot be written.</summary>
    public JsonElement? Arguments { get; init; }

    public Guid RunId { get; init; }

    public string RunName { get; init; } = "";

    public Guid? FlowRunId { get; init; }

    public int Attempt { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public bool LogsPrints { get; init; }

    public bool Stop { get; init; }
}

/// <summary>What a child process answers: the result, or what was thrown.</summary>
internal sealed record TaskProcessAnswer
{
    public JsonElement? Result { get; init; }

    public string? ErrorType { get; init; }

    public string? Error { get; init; }

    public string? Trace { get; init; }
}

[JsonSerializable(typeof(TaskProcessRequest))]
[JsonSerializable(typeof(TaskProcessAnswer))]
[JsonSerializable(typeof(DelayedMessage))]
internal sealed partial class TaskProcessJson : JsonSerializerContext;

/// <summary>Messages over a pipe: four bytes of length, then JSON.</summary>
internal static class TaskProcessMessages
{
    public static async Task WriteAsync(Stream pipe, byte[] message, CancellationToken ct)
    {
        var framed = new byte[message.Length + 4];
        BinaryPrimitives.WriteInt32LittleEndian(framed, message.Length);
        message.CopyTo(framed, 4);
        await pipe.WriteAsync(framed, ct);
        await pipe.FlushAsync(ct);
    }

    /// <summary>The next message; null when the other side is gone.</summary>
    public static async Task<byte[]?> ReadAsync(Stream pipe, CancellationToken ct)
    {
        try
        {
            var head = new byte[4];
            await pipe.ReadExactlyAsync(head, ct);
            var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(head)];
            await pipe.ReadExactlyAsync(message, ct);
            return message;
        }
        catch (IOException)
        {
            return null; // its end, or broken in the middle of a message
        }
    }
}
