using System.Globalization;
using Reeve.Engine;
using Reeve.Tests.Api;

namespace Reeve.Tests.Engine;

public sealed class RetryOptionTests : EngineStage
{
    private static readonly AsyncLocal<List<int>> Asked = new();

    [Fact]
    public async Task Delays_go_to_the_server_as_they_are_listed()
    {
        await In(() => Listed());

        var policy = Api.TaskRuns.Single().Policy!;
        Assert.Equal((3, "[1,10,60.5]", 0.5), (policy.Retries, policy.RetryDelay!.Value.GetRawText(), policy.RetryJitterFactor));
    }

    [Fact]
    public async Task Backoff_doubles_up_to_its_bound()
    {
        await In(() => Growing());

        Assert.Equal("[2,4,8,10,10]", Api.TaskRuns.Single().Policy!.RetryDelay!.Value.GetRawText());
    }

    [Fact]
    public async Task Task_without_retries_says_so()
    {
        await In(() => Plain());

        var policy = Api.TaskRuns.Single().Policy!;
        Assert.Equal((0, "0", null), (policy.Retries, policy.RetryDelay!.Value.GetRawText(), policy.RetryJitterFactor));
    }

    [Fact]
    public async Task Delay_of_the_call_takes_the_place_of_every_delay_of_the_attribute()
    {
        await In(() => With(new CallOptions { RetryDelaySeconds = 7, RetryJitterFactor = 0 }, () => Listed()));
        await In(() => With(new CallOptions { RetryBackoffSeconds = 1, Retries = 2 }, () => Listed()));
        await In(() => With(new CallOptions { RetryDelays = [3, 4] }, () => Growing()));

        Assert.Equal(["7", "[1,2]", "[3,4]"], Api.TaskRuns.Select(run => run.Policy!.RetryDelay!.Value.GetRawText()));
        Assert.Null(Api.TaskRuns.First().Policy!.RetryJitterFactor);
    }

    [Fact]
    public async Task Failure_that_the_condition_refuses_is_not_retried()
    {
        Asked.Value = [];

        await Assert.ThrowsAsync<ArgumentException>(() => In(() => Picky()));

        Assert.Equal(["Pending", "Running", "Failed"], Assert.Single(Api.TaskRuns).Path);
        Assert.Equal([1], Asked.Value);
        Assert.Contains(Api.Messages, line => line.StartsWith("Task run failed with exception: ArgumentException: no - It is not to be retried", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Condition_is_asked_with_the_attempt_until_retries_are_used_up()
    {
        Asked.Value = [];

        await Assert.ThrowsAsync<TimeoutException>(() => In(() => Flaky()));

        Assert.Equal(3, Assert.Single(Api.TaskRuns).RunCount);
        Assert.Equal([1, 2], Asked.Value);
    }

    [Fact]
    public async Task Condition_that_throws_ends_the_retries_and_is_logged()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => In(() => Broken()));

        Assert.Equal(1, Assert.Single(Api.TaskRuns).RunCount);
        Assert.Contains(Api.Messages, line => line.StartsWith("The retry condition failed, so there is no retry:", StringComparison.Ordinal) && line.Contains("fault of the condition", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Condition_of_the_call_wins_over_the_attributes()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => In(() => With(new CallOptions { RetryIf = (_, attempt) => attempt < 2 }, () => Broken())));

        Assert.Equal(2, Assert.Single(Api.TaskRuns).RunCount);
    }

    [Fact]
    public async Task Condition_of_a_derived_exception_retries_only_that()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => In(() => Specific(new TimeoutException("x"))));
        await Assert.ThrowsAsync<IOException>(() => In(() => Specific(new IOException("x"))));

        Assert.Equal([1, 2], Api.TaskRuns.Select(run => run.RunCount));
    }

    internal static Task<T> With<T>(CallOptions options, Func<Task<T>> call)
    {
        new CallScope { Options = options }.Enter();
        return call();
    }

    [Task(Retries = 3, RetryDelays = new[] { 1.0, 10, 60.5 }, RetryJitterFactor = 0.5)]
    private static Task<int> Listed() => Task.FromResult(1);

    [Task(Retries = 5, RetryBackoffSeconds = 2, RetryBackoffMaxSeconds = 10)]
    private static Task<int> Growing() => Task.FromResult(1);

    [Task]
    private static Task<int> Plain() => Task.FromResult(1);

    [Task(Retries = 2, RetryIf = nameof(IsTransient))]
    private static Task<int> Picky() => throw new ArgumentException("no");

    [Task(Retries = 2, RetryIf = nameof(IsTransient))]
    private static Task<int> Flaky() => throw new TimeoutException("late");

    [Task(Retries = 2, RetryIf = nameof(Fails))]
    private static Task<int> Broken() => throw new TimeoutException("late");

    [Task(Retries = 1, RetryIf = nameof(IsDisk))]
    private static Task<int> Specific(Exception error) => throw error;

    private static bool IsTransient(Exception error, int attempt)
    {
        Asked.Value!.Add(attempt);
        return error is TimeoutException;
    }

    private static bool Fails(Exception error) => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"fault of the condition at {error.Message}"));

    private static bool IsDisk(IOException error) => error.Message.Length > 0;
}
