using System.Formats.Tar;
using Reeve.Deployments.Docker;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Docker;

public sealed class BuildContextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Large_file_goes_through_in_pieces()
    {
        await using (var file = File.Create(_folder.At("large.bin")))
            file.SetLength(64 * 1024 * 1024); // a hole: it costs the disk nothing
        await using var sink = new Sink();

        await new BuildContext(_folder.Path, DockerIgnore.None).WriteToAsync(sink, Ct);

        Assert.InRange(sink.LargestWrite, 1, 1024 * 1024);
        Assert.True(sink.Length > 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Same_folder_is_the_same_stream_and_what_is_added_goes_before_it()
    {
        _folder.Write("b", "from the folder");
        _folder.Write("a/x", "1");
        var context = new BuildContext(_folder.Path, DockerIgnore.None);
        context.Add("b", "added");
        using var first = new MemoryStream();
        using var second = new MemoryStream();

        await context.WriteToAsync(first, Ct);
        await context.WriteToAsync(second, Ct);

        Assert.Equal(Entries(first), Entries(second));
        Assert.Equal(["a/=", "a/x=1", "b=added"], Entries(first));
        Assert.Equal(2, context.Files);
    }

    [Fact]
    public async Task Pipe_in_the_folder_does_not_hold_it_up()
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", [_folder.At("pipe")]);
        await made.WaitForExitAsync(Ct);
        using var stream = new MemoryStream();

        await new BuildContext(_folder.Path, DockerIgnore.None).WriteToAsync(stream, Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.Equal(["pipe="], Entries(stream));
    }

    private static List<string> Entries(MemoryStream stream)
    {
        using var reader = new TarReader(new MemoryStream(stream.ToArray()));
        List<string> entries = [];
        while (reader.GetNextEntry() is { } entry)
            entries.Add($"{entry.Name}={(entry.DataStream is { } data ? new StreamReader(data).ReadToEnd() : "")}");
        return entries;
    }

    private sealed class Sink : Stream
    {
        private long _length;

        public int LargestWrite { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _length += count;
            LargestWrite = Math.Max(LargestWrite, count);
        }
    }
}
