using Reeve.Protocol;
using Reeve.Results;

namespace Reeve.Tests.Results;

public sealed class ResultStoreTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-results").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Small_value_is_read_back_from_the_states_data_alone()
    {
        var data = await new ResultStore(_home).WriteAsync(Guid.NewGuid(), new Point(1, [2, 3]), TestContext.Current.CancellationToken);

        Assert.True(ResultStore.TryRead<Point>(data, out var value));
        Assert.Equal((1, 3), (value!.X, value.Rest[1]));
        Assert.Equal(("literal", """{"X":1,"Rest":[2,3]}"""), (data.GetProperty("type").GetString(), data.GetProperty("value").GetRawText()));
        Assert.Empty(Directory.GetFileSystemEntries(_home));
    }

    [Fact]
    public async Task Large_value_is_read_back_from_the_file_that_the_states_data_names()
    {
        var (id, text) = (Guid.NewGuid(), new string('x', ResultStore.LargestInline));
        var data = await new ResultStore(_home).WriteAsync(id, text, TestContext.Current.CancellationToken);

        Assert.True(ResultStore.TryRead<string>(data, out var value));
        Assert.Equal(text, value);
        Assert.Equal("reference", data.GetProperty("type").GetString());
        Assert.Equal([Path.Combine(_home, "storage", id.ToString())], Directory.GetFiles(Path.Combine(_home, "storage")));
    }

    [Fact]
    public async Task Value_that_would_come_back_as_another_is_not_stored()
    {
        var store = new ResultStore(_home);

        Assert.NotNull((await store.TryWriteAsync(Guid.NewGuid(), new Point(1, []), TestContext.Current.CancellationToken)).Data);
        Assert.NotNull((await store.TryWriteAsync<IReadOnlyList<int>>(Guid.NewGuid(), [1, 2], TestContext.Current.CancellationToken)).Data);
        await RefusedAsync<object>(3);
        await RefusedAsync(new Sealed(3));
        await RefusedAsync<Shape>(new Circle { Name = "c", Radius = 2 });
        await RefusedAsync(new Failing());
        await RefusedAsync<Func<int>>(() => 1);
        Assert.Empty(Directory.GetFileSystemEntries(_home));

        async Task RefusedAsync<T>(T result)
        {
            var (data, fault) = await store.TryWriteAsync(Guid.NewGuid(), result, TestContext.Current.CancellationToken);
            Assert.Null(data);
            Assert.NotEmpty(fault!);
        }
    }

    [Fact]
    public async Task Value_of_another_type_is_not_found()
    {
        var data = await new ResultStore(_home).WriteAsync(Guid.NewGuid(), "text", TestContext.Current.CancellationToken);

        Assert.False(ResultStore.TryRead<int>(data, out _));
        Assert.False(ResultStore.TryRead<Point>(data, out _));
    }

    [Fact]
    public async Task Stored_null_is_null()
    {
        var data = await new ResultStore(_home).WriteAsync<string?>(Guid.NewGuid(), null, TestContext.Current.CancellationToken);

        Assert.True(ResultStore.TryRead<string?>(data, out var value));
        Assert.Null(value);
    }

    [Fact]
    public void Value_that_was_not_stored_is_not_found()
    {
        Assert.False(ResultStore.TryRead<int>(ResultStore.Unpersisted(3), out _));
        Assert.False(ResultStore.TryRead<int>(null, out _));
        Assert.False(ResultStore.TryRead<int>(WireJson.Parse("""{"type":"reference","storage_key":"/nowhere/at/all"}"""), out _));
    }

    private sealed record Point(int X, List<int> Rest);

    private sealed class Sealed(int start)
    {
        public int Value => start + 1;
    }

    private class Shape
    {
        public string Name { get; set; } = "";
    }

    private sealed class Circle : Shape
    {
        public int Radius { get; set; }
    }

    private sealed class Failing
    {
        public int Value => throw new FormatException("no value");
    }
}
