using Reeve.Engine;

namespace Reeve.Tests.Engine;

public sealed class RunNamesTests : EngineStage
{
    [Fact]
    public async Task Runs_are_named_by_their_arguments()
    {
        await In(() => Daily(new DateOnly(2026, 1, 31), new Order(7, null)));

        Assert.Equal("daily-2026-01-31", Assert.Single(Api.FlowRuns).Name);
        Assert.Equal(["load {7} of -1.5", "load {8} of Ann-1.5"], Api.TaskRuns.Select(run => run.Name));
        Assert.Contains("Created task run 'load {7} of -1.5' for task 'load'", Api.Messages);
    }

    [Fact]
    public async Task Name_given_by_the_call_is_taken_as_it_is()
    {
        await In(() => RetryOptionTests.With(new CallOptions { RunName = "just {this}", Name = "other", Tags = ["x"] }, () => Load(new Order(7, new("Ann")), 2)));

        var run = Assert.Single(Api.TaskRuns);
        Assert.Equal("just {this}", run.Name);
        Assert.Equal(["x"], run.Tags);
    }

    [Fact]
    public async Task Name_that_cannot_be_made_is_the_usual_one()
    {
        await In(() => WithBadName());

        Assert.Equal("named-badly-0", Assert.Single(Api.TaskRuns).Name);
        Assert.Contains("The name of a run of 'named-badly' could not be made, so it has the usual one: no text", Api.Messages);
    }

    [Fact]
    public async Task Long_names_are_cut_and_empty_ones_are_none()
    {
        await In(() => ByText(new string('x', 500)));
        await In(() => ByText(""));

        var names = Api.TaskRuns.Select(run => run.Name).ToList();
        Assert.Equal(new string('x', 200), names[0]);
        Assert.StartsWith("by-text-", names[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_of_the_attribute_are_the_runs()
    {
        await In(() => Tagged());

        Assert.Equal(["nightly"], Assert.Single(Api.FlowRuns).Tags);
        Assert.Equal(["db", "slow"], Assert.Single(Api.TaskRuns).Tags);
    }

    [Flow(RunName = "daily-{day:yyyy-MM-dd}")]
    private static async Task<int> Daily(DateOnly day, Order order) => day.Day + await Load(order, 1.5m) + await Load(order with { Id = 8, Customer = new("Ann") }, 1.5m);

    [Task(RunName = "load {{{order.Id}}} of {order.Customer.Name}-{amount:0.0#}")]
    private static Task<int> Load(Order order, decimal amount) => Task.FromResult(order.Id + (int)amount);

    [Flow]
    private static async Task<int> WithBadName() => await NamedBadly(new Mute());

    [Task(RunName = "x-{mute}")]
    private static Task<int> NamedBadly(Mute mute) => Task.FromResult(mute is null ? 0 : 1);

    [Task(RunName = "{text}")]
    private static Task<string> ByText(string text) => Task.FromResult(text);

    [Flow(Tags = new[] { "nightly" })]
    private static async Task<int> Tagged() => await TaggedTask();

    [Task(Tags = ["db", "slow"])]
    private static Task<int> TaggedTask() => Task.FromResult(1);

    internal sealed record Order(int Id, Person? Customer);

    internal sealed record Person(string Name);

    internal sealed class Mute
    {
        public override string ToString() => throw new InvalidOperationException("no text");
    }
}
