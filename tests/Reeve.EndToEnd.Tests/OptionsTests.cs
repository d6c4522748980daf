using Reeve.Client;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Engine;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;
using Reeve.Settings;

namespace Reeve.EndToEnd.Tests;

/// <summary>The options whose law is the server's, with a real one: caches, retries and their conditions.</summary>
public sealed class OptionsTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly AsyncLocal<List<string>> Ran = new();

    [Fact]
    public async Task Caches_and_retry_conditions_are_the_servers_law()
    {
        await using var reeve = new Installation();
        await reeve.StartServerAsync();
        var settings = new ReeveSettings(name => reeve.Environment.GetValueOrDefault(name), new Profile("stage", new Dictionary<string, string>()));
        await using var session = new EngineSession(settings, new ApiConnection(settings, RetryPolicy.Patient), TimeProvider.System);
        EngineSession.Current = session;
        Ran.Value = [];

        Assert.Equal("AABfinal", await Everything());

        Assert.Equal(["a", "b", "try 1", "try 2", "refused"], Ran.Value);
        var runs = await reeve.Api.FindTaskRunsAsync(new Query { Limit = 50 }, Ct);
        Assert.Equal(["Cached", "Completed", "Completed"], runs.Where(run => run.Name.StartsWith("upper-", StringComparison.Ordinal)).Select(run => run.State!.Name).Order(StringComparer.Ordinal));
        var flaky = Assert.Single(runs, run => run.Name.StartsWith("flaky-", StringComparison.Ordinal));
        Assert.Equal((StateType.Completed, "[0,5]", 2), (flaky.State!.Type, flaky.EmpiricalPolicy.RetryDelay!.Value.GetRawText(), flaky.RunCount));
        var refused = Assert.Single(runs, run => run.Name.StartsWith("refused-", StringComparison.Ordinal));
        Assert.Equal((StateType.Failed, 1), (refused.State!.Type, refused.RunCount));
    }

    [Flow]
    private static async Task<string> Everything()
    {
        var text = await Upper("a") + await Upper("a") + await Upper("b");
        await Flaky();
        try
        {
            await Refused();
        }
        catch (InvalidOperationException)
        {
            text += "final";
        }

        return text;
    }

    [Task(RunName = "upper-{text}", CachePolicy = CacheBy.Inputs | CacheBy.TaskSource)]
    private static Task<string> Upper(string text)
    {
        Ran.Value!.Add(text);
        return Task.FromResult(text.ToUpperInvariant());
    }

    [Task(Retries = 2, RetryDelays = new[] { 0.0, 5 })]
    private static Task<int> Flaky()
    {
        Ran.Value!.Add($"try {TaskRunContext.Current!.Attempt}");
        return TaskRunContext.Current.Attempt > 1 ? Task.FromResult(1) : throw new TimeoutException("late");
    }

    [Task(Retries = 2, RetryIf = nameof(IsTransient))]
    private static Task<int> Refused()
    {
        Ran.Value!.Add("refused");
        throw new InvalidOperationException("no");
    }

    private static bool IsTransient(Exception error) => error is TimeoutException;
}
