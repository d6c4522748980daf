using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Results;

/// <summary>Each storage and serializer, by a cached task: the first call writes, the second reads.</summary>
public sealed class RunResultsTests : EngineStage
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reeve-results").FullName;

    [Fact]
    public async Task Compressed_json_is_read_back()
    {
        var data = await TwiceAsync(() => Compressed(Long));

        Assert.Equal("json/gzip", data.GetProperty("serializer_type").GetString());
        var file = await File.ReadAllBytesAsync(data.GetProperty("storage_key").GetString()!, Token);
        Assert.Equal((0x1f, 0x8b), (file[0], file[1]));
        Assert.True(file.Length < Long.Length / 2);
    }

    [Fact]
    public async Task Result_in_the_state_needs_no_storage()
    {
        var data = await TwiceAsync(() => Inline("text"));

        Assert.Equal("\"text\"", data.GetProperty("content").GetString());
        Assert.False(data.TryGetProperty("storage_key", out _));
    }

    [Fact]
    public async Task Compressed_result_in_the_state_is_read_back()
    {
        var data = await TwiceAsync(() => InlineCompressed(Long));

        Assert.True(data.GetProperty("content").GetString()!.Length < Long.Length / 2);
    }

    [Fact]
    public async Task Block_of_a_folder_holds_results()
    {
        Api.Blocks["local-file-system/shared"] = WireJson.Parse($$"""{"basepath":"{{_folder}}"}""");

        var data = await TwiceAsync(() => InBlock("text"));

        Assert.Equal(_folder, Path.GetDirectoryName(data.GetProperty("storage_key").GetString()));
        Assert.Equal("\"text\"", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder)), Token));
        Assert.Single(Api.Requests, request => request.Path.StartsWith("block_types/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Remote_block_holds_results_behind_an_address()
    {
        await using var web = new Bucket();
        Api.Blocks["remote-file-system/bucket"] = WireJson.Parse($$$"""{"basepath":"{{{web.Url}}}results/","settings":{"token":"secret-1"}}""");

        var data = await TwiceAsync(() => InBucket("text"));

        Assert.StartsWith(web.Url + "results/", data.GetProperty("storage_key").GetString(), StringComparison.Ordinal);
        Assert.Equal("\"text\"", Encoding.UTF8.GetString(Assert.Single(web.Content).Value));
        Assert.All(web.Authorizations, header => Assert.Equal("Bearer secret-1", header));
    }

    [Theory]
    [InlineData("local-file-system", "{}", "it has no basepath")]
    [InlineData("remote-file-system", """{"basepath":"s3://b/"}""", "this program speaks http, https and file, not s3")]
    [InlineData("secret", "{}", "only blocks of the kinds local-file-system and remote-file-system hold results")]
    public async Task Block_that_holds_no_results_is_told(string kind, string data, string why)
    {
        Api.Blocks[kind + "/x"] = WireJson.Parse(data);

        var thrown = await Assert.ThrowsAsync<IOException>(() => new Reeve.Results.ResultPlaces(Session.Client, TimeProvider.System).FindAsync(kind + "/x", Token));

        Assert.Equal($"Results cannot be stored in the block '{kind}/x': {why}", thrown.Message);
    }

    [Fact]
    public async Task Block_that_was_changed_is_read_anew_after_a_while()
    {
        Api.Blocks["local-file-system/x"] = WireJson.Parse("""{"basepath":"/before"}""");
        var time = new Passing();
        var places = new Reeve.Results.ResultPlaces(Session.Client, time);
        Assert.Equal("/before/key", (await places.FindAsync("local-file-system/x", Token)).Locate("key"));
        Api.Blocks["local-file-system/x"] = WireJson.Parse("""{"basepath":"/after"}""");

        Assert.Equal("/before/key", (await places.FindAsync("local-file-system/x", Token)).Locate("key"));
        time.Passed = TimeSpan.FromMinutes(5);
        Assert.Equal("/after/key", (await places.FindAsync("local-file-system/x", Token)).Locate("key"));
    }

    [Fact]
    public async Task Missing_block_fails_the_run_with_its_name()
    {
        var thrown = await Assert.ThrowsAsync<IOException>(() => In(() => InBlock("text")));

        Assert.Contains("There is no block 'local-file-system/shared'", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("Failed", Assert.Single(Api.TaskRuns).Current.Name);
    }

    [Fact]
    public async Task Own_storage_and_serializer_of_a_call_are_used()
    {
        var own = new InMemory();
        var options = new CallOptions { ResultStorage = own, ResultSerializer = new Plain(), CachePolicy = CachePolicy.Inputs };

        var data = await TwiceAsync(() => RetryOptionTests.With(options, () => Bare("text")));

        Assert.Equal(("plain", "memory:" + Api.TaskRuns.First().Id), (data.GetProperty("serializer_type").GetString(), data.GetProperty("storage_key").GetString()));
        Assert.Equal("text", Encoding.UTF8.GetString(Assert.Single(own.Content).Value));
    }

    [Fact]
    public async Task Tasks_store_where_their_flow_does()
    {
        Api.Blocks["local-file-system/shared"] = WireJson.Parse($$"""{"basepath":"{{_folder}}"}""");

        await In(() => Storing());

        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task Unknown_serializer_is_told_with_those_there_are()
    {
        var thrown = await Assert.ThrowsAsync<NotSupportedException>(() => In(() => Unreadable()));

        Assert.Contains("There are \"json\" and \"json/gzip\"", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(StateType.Failed, Assert.Single(Api.TaskRuns).Current.Type);
    }

    [Fact]
    public void Bytes_that_are_no_result_are_told()
    {
        Assert.Throws<FormatException>(() => ResultSerializers.JsonGzip.Read<int>(new byte[] { 1, 2, 3 }));
        Assert.Throws<FormatException>(() => ResultSerializers.Json.Read<int>("\"x\""u8.ToArray()));
    }

    private static string Long => string.Concat(Enumerable.Repeat("reeve ", 1000));

    // The second call has to be answered with what the first one stored.
    private async Task<System.Text.Json.JsonElement> TwiceAsync(Func<Task<string>> call)
    {
        var first = await In(call);
        Assert.Equal(first, await In(call));
        Assert.Equal("Cached", Api.TaskRuns.Last().Current.Name);
        return Api.Cached.Single().Value.Data!.Value;
    }

    [Task(CachePolicy = CacheBy.Inputs, ResultSerializer = "json/gzip")]
    private static Task<string> Compressed(string text) => Task.FromResult(text);

    [Task(CachePolicy = CacheBy.Inputs, ResultStorage = "server")]
    private static Task<string> Inline(string text) => Task.FromResult(text);

    [Task(CachePolicy = CacheBy.Inputs, ResultStorage = "server", ResultSerializer = "json/gzip")]
    private static Task<string> InlineCompressed(string text) => Task.FromResult(text);

    [Task(CachePolicy = CacheBy.Inputs, ResultStorage = "local-file-system/shared")]
    private static Task<string> InBlock(string text) => Task.FromResult(text);

    [Task(CachePolicy = CacheBy.Inputs, ResultStorage = "remote-file-system/bucket")]
    private static Task<string> InBucket(string text) => Task.FromResult(text);

    [Task]
    private static Task<string> Bare(string text) => Task.FromResult(text);

    [Task(ResultSerializer = "pickle")]
    private static Task<int> Unreadable() => Task.FromResult(1);

    [Flow(PersistResult = true, ResultStorage = "local-file-system/shared")]
    private static async Task<string> Storing() => await Bare("a");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Passing : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }

    private sealed class InMemory : IResultStorage
    {
        public ConcurrentDictionary<string, byte[]> Content { get; } = new();

        public string Locate(string key) => "memory:" + key;

        public Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            Content[Locate(key)] = content.ToArray();
            return Task.CompletedTask;
        }

        public Task<byte[]?> ReadAsync(string location, CancellationToken ct) => Task.FromResult(Content.GetValueOrDefault(location));
    }

    private sealed class Plain : IResultSerializer
    {
        public string Name => "plain";

        public void Write<T>(IBufferWriter<byte> output, T? value) => output.Write(Encoding.UTF8.GetBytes($"{value}"));

        public T? Read<T>(ReadOnlyMemory<byte> content) => (T)(object)Encoding.UTF8.GetString(content.Span);
    }
}
