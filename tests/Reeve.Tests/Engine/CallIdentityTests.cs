using Reeve.Engine;

namespace Reeve.Tests.Engine;

public sealed class CallIdentityTests
{
    [Fact]
    public void Equal_calls_are_one_and_others_are_not()
    {
        var call = Of("t", 1, "x");

        Assert.Equal(call, Of("t", 1, "x"));
        Assert.Equal(call.ToKey(2), Of("t", 1, "x").ToKey(2));
        CallIdentity[] all = [call, Of("u", 1, "x"), Of("t", 2, "x"), Of("t", "x", 1), Of("t", "1", "x"), Of("t", 1), Of("t", 1, "x", null), Of("t", 1, "y"), Within(call, "t", 1, "x")];
        Assert.Distinct(all);
        Assert.NotEqual(call.ToKey(0), call.ToKey(1));
    }

    [Fact]
    public void Objects_count_by_what_is_in_them()
    {
        Assert.Equal(Of("t", new Point(1, [2, 3])), Of("t", new Point(1, [2, 3])));
        Assert.NotEqual(Of("t", new Point(1, [2, 3])), Of("t", new Point(1, [3, 2])));
        Assert.Equal(Of("t", Enumerable.Range(0, 200_000).ToList()), Of("t", Enumerable.Range(0, 200_000).ToList()));
        Assert.NotEqual(Of("t", Enumerable.Range(0, 200_000).ToList()), Of("t", Enumerable.Range(0, 200_001).ToList()));
    }

    [Fact]
    public void Argument_without_json_counts_by_its_type_and_is_told()
    {
        List<int> told = [];
        using var source = new CancellationTokenSource();
        Func<int> function = () => throw new InvalidOperationException("is not called");

        var call = CallIdentity.Of(default, "t", [1, function, Task.FromResult(1), new Throwing(), source.Token, Endless()], told.Add);

        Assert.Equal([1, 2, 3, 4, 5], told);
        Assert.Equal(call, CallIdentity.Of(default, "t", [1, new Func<int>(() => 2), Task.FromResult(2), new Throwing(), CancellationToken.None, Endless()], _ => { }));
        Assert.NotEqual(call, CallIdentity.Of(default, "t", [1, new Action(() => { }), Task.FromResult(1), new Throwing(), source.Token, Endless()], _ => { }));
    }

    [Fact]
    public void Argument_after_a_failing_one_still_counts()
    {
        Assert.NotEqual(Of("t", new Throwing(), 1), Of("t", new Throwing(), 2));
        Assert.Equal(Of("t", new Throwing(), 1), Of("t", new Throwing(), 1));
    }

    private static CallIdentity Of(string key, params object?[] arguments) => CallIdentity.Of(default, key, arguments, _ => { });

    private static CallIdentity Within(CallIdentity outer, string key, params object?[] arguments) => CallIdentity.Of(outer, key, arguments, _ => { });

    private static IEnumerable<int> Endless()
    {
        while (true)
            yield return 1;
    }

    private sealed record Point(int X, List<int> Rest);

    private sealed class Throwing
    {
        public int First { get; } = 1;

        public int Value => throw new FormatException("no value");
    }
}
