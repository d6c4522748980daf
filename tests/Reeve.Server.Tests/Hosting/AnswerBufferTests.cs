using System.Buffers;
using Reeve.Server.Hosting;

namespace Reeve.Server.Tests.Hosting;

public sealed class AnswerBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public void What_is_written_piece_by_piece_is_there_as_a_whole_and_gone_after_a_reset(int piece)
    {
        var buffer = new AnswerBuffer();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 7; i++)
            {
                if (i % 2 == 0)
                    buffer.GetSpan(piece)[..piece].Fill((byte)(i + round));
                else
                    buffer.GetMemory(piece).Span[..piece].Fill((byte)(i + round));
                buffer.Advance(piece);
            }
            Assert.Equal(7 * piece, buffer.WrittenCount);
            Assert.Equal(Enumerable.Range(0, 7).SelectMany(i => Enumerable.Repeat((byte)(i + round), piece)), buffer.WrittenSpan.ToArray());
            buffer.Reset();
            Assert.Equal(0, buffer.WrittenCount);
        }
        buffer.Write("x"u8);
        Assert.Equal("x"u8.ToArray(), buffer.WrittenSpan.ToArray());
    }
}
