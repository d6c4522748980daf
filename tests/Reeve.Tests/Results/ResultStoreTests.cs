using Reeve.Protocol;
using Reeve.Results;

namespace Reeve.Tests.Results;

public sealed class ResultStoreTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-results").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Stored_value_is_read_back_from_the_states_data()
    {
        var id = Guid.NewGuid();
        var data = await new ResultStore(_home).WriteAsync(id, new Point(1, [2, 3]), TestContext.Current.CancellationToken);

        Assert.True(ResultStore.TryRead<Point>(data, out var value));
        Assert.Equal((1, 3), (value!.X, value.Rest[1]));
        Assert.Equal("reference", data.GetProperty("type").GetString());
        Assert.Equal([Path.Combine(_home, "storage", id.ToString())], Directory.GetFiles(Path.Combine(_home, "storage")));
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
}
