using System.Buffers;

namespace Reeve.Server.Hosting;

/// <summary>
/// Takes one answer and then the next. Arrays come from the shared pool and go back to it: a page of runs is larger than what the collector keeps among the young, and a new array for each
/// would make it look through the whole heap again and again.
/// </summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>
{
    private const int Smallest = 4096;
    // what a larger answer needed goes back at once; this much waits for the next one of its thread
    private const int LargestKept = 64 * 1024;

    private byte[] array = ArrayPool<byte>.Shared.Rent(Smallest);

    internal int WrittenCount { get; private set; }

    internal ReadOnlySpan<byte> WrittenSpan => array.AsSpan(0, WrittenCount);

    public void Advance(int count) => WrittenCount += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return array.AsSpan(WrittenCount);
    }

    /// <summary>Empty again.</summary>
    internal void Reset()
    {
        WrittenCount = 0;
        if (array.Length > LargestKept)
            Replace(Smallest);
    }

    private void Reserve(int sizeHint)
    {
        var needed = WrittenCount + Math.Max(sizeHint, 1);
        if (needed <= array.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, array.Length * 2));
        WrittenSpan.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(array);
        array = larger;
    }

    private void Replace(int size)
    {
        ArrayPool<byte>.Shared.Return(array);
        array = ArrayPool<byte>.Shared.Rent(size);
    }
}
