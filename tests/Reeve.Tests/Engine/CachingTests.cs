using Reeve.Engine;
using Reeve.Settings;

namespace Reeve.Tests.Engine;

public sealed class CachingTests : EngineStage
{
    private static readonly AsyncLocal<List<string>> Ran = new();

    public CachingTests() => Ran.Value = [];

    [Fact]
    public async Task Equal_call_is_completed_with_the_cached_result()
    {
        Assert.Equal("A", await In(() => Upper("a")));
        Assert.Equal("A", await In(() => Upper("a")));
        Assert.Equal("B", await In(() => Upper("b")));

        Assert.Equal(["a", "b"], Ran.Value);
        Assert.Equal(["Pending", "Cached"], Api.TaskRuns.ElementAt(1).Path);
        Assert.Equal(2, Api.Cached.Count);
        Assert.All(Api.Cached, entry => Assert.Matches("^[0-9a-f]{64}$", entry.Key));
    }

    [Fact]
    public async Task Result_that_expired_is_made_again()
    {
        await In(() => Hourly("a"));
        var (key, state) = Api.Cached.Single();
        var expires = state.StateDetails.CacheExpiration!.Value - state.Timestamp;
        Assert.InRange(expires.TotalSeconds, 3500, 3700);

        Api.Cached[key] = state with { StateDetails = state.StateDetails with { CacheExpiration = DateTimeOffset.UnixEpoch } };
        await In(() => Hourly("a"));

        Assert.Equal(["a", "a"], Ran.Value);
    }

    [Fact]
    public async Task Refreshed_call_runs_and_replaces_the_result()
    {
        await In(() => Upper("a"));
        var first = Api.Cached.Single().Value;

        await In(() => RetryOptionTests.With(new CallOptions { RefreshCache = true }, () => Upper("a")));

        Assert.Equal(["a", "a"], Ran.Value);
        Assert.NotEqual(first.Id, Api.Cached.Single().Value.Id);
    }

    [Fact]
    public async Task Own_key_is_taken_as_it_is_and_null_is_no_key()
    {
        await In(() => Keyed("a", 1));
        await In(() => Keyed("a", 2));
        await In(() => Keyed("", 3));
        await In(() => Keyed("", 3));

        Assert.Equal("key-a", Assert.Single(Api.Cached).Key);
        Assert.Equal(["a1", "3", "3"], Ran.Value);
    }

    [Fact]
    public async Task Policies_add_up_and_leave_out_what_does_not_count()
    {
        Task<string> Call(string text, int salt, CachePolicy policy) => In(() => RetryOptionTests.With(new CallOptions { CachePolicy = policy }, () => Salted(text, salt)));

        var withoutSalt = CachePolicy.Inputs.Without("salt") + CachePolicy.TaskSource;
        await Call("a", 1, withoutSalt);
        await Call("a", 2, withoutSalt);
        await Call("a", 3, CacheBy.Inputs);
        await Call("a", 4, CacheBy.Inputs);
        await Call("a", 5, CachePolicy.Custom(inputs => $"{inputs["text"]}"));
        await Call("a", 6, CachePolicy.Custom(inputs => $"{inputs["text"]}"));
        await Call("a", 7, CachePolicy.None);
        await Call("a", 7, CachePolicy.None);

        Assert.Equal(["a1", "a3", "a4", "a5", "a7", "a7"], Ran.Value);
        Assert.Contains("a", Api.Cached.Keys);
    }

    [Fact]
    public async Task Run_id_keeps_the_cache_within_the_flow_run()
    {
        await In(() => TwiceInOneRun("a"));
        await In(() => TwiceInOneRun("a"));

        Assert.Equal(["a", "a"], Ran.Value);
    }

    [Fact]
    public async Task Flow_parameters_count_where_they_are_asked_for()
    {
        await In(() => ByParameters("x"));
        await In(() => ByParameters("x"));
        await In(() => ByParameters("y"));

        Assert.Equal(["same", "same"], Ran.Value);
    }

    [Fact]
    public async Task Tasks_with_equal_inputs_do_not_share()
    {
        Assert.Equal("A", await In(() => Upper("a")));
        Assert.Equal("a!", await In(() => Shout("a")));

        Assert.Equal(2, Api.Cached.Count);
    }

    [Fact]
    public async Task Task_whose_result_is_not_stored_is_not_cached_and_says_so()
    {
        await In(() => RetryOptionTests.With(new CallOptions { PersistResult = false }, () => Upper("a")));

        Assert.Empty(Api.Cached);
        Assert.Contains("The task is not cached, because its result is not stored: PersistResult is false", Api.Messages);
    }

    [Fact]
    public async Task Input_without_a_json_form_runs_without_the_cache()
    {
        using var source = new CancellationTokenSource();

        Assert.Equal(1, await In(() => Opaque(source)));

        Assert.Empty(Api.Cached);
        Assert.Contains(Api.Messages, line => line.StartsWith("The cache key could not be made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cached_result_that_is_gone_is_told_with_the_remedy()
    {
        var large = new string('a', 40_000); // a small one would be in the state
        await In(() => Upper(large));
        var path = Api.Cached.Single().Value.Data!.Value.GetProperty("storage_key").GetString()!;
        File.Delete(path);

        var thrown = await Assert.ThrowsAsync<RunAbortedException>(() => In(() => Upper(large)));

        Assert.Contains("RefreshCache", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_are_values()
    {
        Assert.Equal(CacheBy.Default, (CachePolicy.Inputs + CachePolicy.TaskSource + CachePolicy.RunId).By);
        Assert.Equal(["a", "b"], CachePolicy.Inputs.Without("a").Add(CachePolicy.RunId.Without("b", "a")).Excluded);
        Assert.Equal(CacheBy.FlowParameters, ((CachePolicy)CacheBy.FlowParameters).By);
    }

    [Task(CachePolicy = CacheBy.Inputs)]
    private static Task<string> Upper(string text)
    {
        Ran.Value!.Add(text);
        return Task.FromResult(text.ToUpperInvariant());
    }

    [Task(CachePolicy = CacheBy.Inputs)]
    private static Task<string> Shout(string text) => Task.FromResult(text + "!");

    [Task(CachePolicy = CacheBy.Inputs | CacheBy.TaskSource, CacheExpirationSeconds = 3600)]
    private static Task<string> Hourly(string text)
    {
        Ran.Value!.Add(text);
        return Task.FromResult(text);
    }

    [Task(CacheKey = nameof(KeyOf))]
    private static Task<string> Keyed(string text, int number)
    {
        Ran.Value!.Add(text + number);
        return Task.FromResult(text);
    }

    private static string? KeyOf(string text) => text.Length == 0 ? null : "key-" + text;

    [Task]
    private static Task<string> Salted(string text, int salt)
    {
        Ran.Value!.Add(text + salt);
        return Task.FromResult(text);
    }

    [Flow]
    private static async Task<string> TwiceInOneRun(string text) => await WithinRun(text) + await WithinRun(text);

    [Task(CachePolicy = CacheBy.Default)]
    private static Task<string> WithinRun(string text)
    {
        Ran.Value!.Add(text);
        return Task.FromResult(text);
    }

    [Flow]
    private static async Task<string> ByParameters(string given) => given + await OfFlow("same");

    [Task(CachePolicy = CacheBy.FlowParameters)]
    private static Task<string> OfFlow(string text)
    {
        Ran.Value!.Add(text);
        return Task.FromResult(text);
    }

    [Task(CachePolicy = CacheBy.Inputs)]
    private static Task<int> Opaque(CancellationTokenSource source) => Task.FromResult(source.IsCancellationRequested ? 0 : 1);
}
