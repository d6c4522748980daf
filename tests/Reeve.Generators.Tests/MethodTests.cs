using Reeve.Tests.Api;

namespace Reeve.Generators.Tests;

/// <summary>Shapes of methods, each compiled, run and seen as runs.</summary>
public sealed class MethodTests : IAsyncLifetime
{
    private readonly RunningSnippet _stage = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    private RecordingApi Api => _stage.Api;

    [Fact]
    public async Task Generic_methods_run_with_the_types_of_the_call()
    {
        var result = await _stage.RunAsync("""
            public static class Entry
            {
                [Flow] static async Task<string> Go() => await Same("a") + await Same(1) + Pair<string, int>("b", 2) + Keep.In(new List<int> { 3 }).Count + Fresh<Thing>() + new Box().Hold(4m) + 5.Twice();
                [Task] static async Task<T> Same<T>(T x) { await Task.Yield(); return x; }
                [Task] internal static string Pair<T, U>(T a, U b) where T : class where U : struct => $"{a}{b}";
                [Task] private static string Fresh<T>() where T : IComparable<T>?, new() => typeof(T).Name;
                public static Task<string> Start() => Go();
            }
            public class Thing : IComparable<Thing> { public int CompareTo(Thing? other) => 0; }
            public class Box { [Task] public T Hold<T>(T x) where T : notnull => x; }
            public static class Keep { [Task] public static TList In<TList>(TList x) where TList : IEnumerable<int> => x; }
            public static class Extensions { [Task] public static string Twice<T>(this T x) => $"{x}{x}"; }
            """);

        Assert.Equal("a1b21Thing455", result);
        Assert.Equal(7, Api.TaskRuns.Count());
        Assert.Equal(2, Api.TaskRuns.Where(run => run.Name == "same-0").Select(run => run.Key).Distinct().Count());
    }

    [Fact]
    public async Task Parameters_may_have_the_names_of_generated_code() => Assert.Equal("abc 1 2", await _stage.RunAsync("""
        public static class Entry
        {
            [Flow] static string Go(string __token, CancellationToken ct) => __token + new Box().Join("b", "c") + " " + Hidden(1) + " " + Hidden(2, default);
            [Task] static int Hidden(int __type, CancellationToken __token = default) => __type;
            public static Task<string> Start() => Task.FromResult(Go("a", default));
        }
        public class Box { [Task] internal string Join(string __target, string __token) => __target + __token; }
        """));

    [Fact]
    public async Task Streams_are_tasks()
    {
        var result = await _stage.RunAsync("""
            public static class Entry
            {
                public static async Task<string> Start()
                {
                    var all = "";
                    await foreach (var text in Words<string>("a", "b"))
                        all += text;
                    return all;
                }
                [Task] static async IAsyncEnumerable<T> Words<T>(params T[] words) { foreach (var word in words) { await Task.Yield(); yield return word; } }
            }
            """);

        Assert.Equal("ab", result);
        Assert.Equal("Completed", Assert.Single(Api.TaskRuns).Current.Name);
    }

    [Fact]
    public async Task Every_way_to_pass_arguments_arrives()
    {
        var result = await _stage.RunAsync("""
            public static class Entry
            {
                public static async Task<string> Start() => await Go(b: "2", a: 1);
                [Flow] static async Task<string> Go(int a, string b, string? c = null, params int[] rest)
                {
                    var worker = new Worker(new Settings("s", 7));
                    return Optional(z: 3) + Optional() + Optional(1, y: null) + await worker.Do(c) + worker.Prefix("x") + Many() + Many(1, 2) + Many([3]) + Point(new(1, 2)) + (await Tuple((1, "t"))).Item2 + a + b;
                }
                [Task] static string Optional(int x = 1, string? y = "y", int z = 2) => $"[{x}{y}{z}]";
                [Task] static string Many(params List<int> x) => $"<{string.Concat(x)}>";
                [Task] static string Point(Spot spot) => $"{spot.X}{spot.Y}";
                [Task] static Task<(int, string)> Tuple((int, string) x) => Task.FromResult(x);
            }
            public record Settings(string Name, int Size);
            public readonly record struct Spot(int X, int Y);
            public class Worker(Settings settings)
            {
                [Task] public ValueTask<string> Do(string? x) => new($"{settings.Name}{x ?? "null"}");
                [Task] public string Prefix(string x) => settings.Size + x;
            }
            """);

        Assert.Equal("[1y3][1y2][12]snull7x<><12><3>12t12", result);
        Assert.All(Api.Runs.Values, run => Assert.Equal("Completed", run.Current.Name));
    }

    [Fact]
    public async Task Referenced_task_brings_what_its_own_assembly_knows()
    {
        var library = Snippet.Compile("""
            namespace Lib;
            public static class Shared
            {
                [Task(Retries = 1, RetryIf = nameof(Test), CacheKey = nameof(Key))] public static T Twice<T>(T x) => throw new InvalidOperationException("no");
                private static bool Test(Exception e) => e.Message != "no";
                private static string Key() => "k";
            }
            """);
        library.Load();

        await Assert.ThrowsAsync<InvalidOperationException>(() => _stage.RunAsync(
            "public static class Entry { public static async Task<string> Start() { await Task.Yield(); return Lib.Shared.Twice(\"2\"); } }", library.AsReference()));

        Assert.Equal(["Pending", "Running", "Failed"], Assert.Single(Api.TaskRuns).Path);
    }
}
