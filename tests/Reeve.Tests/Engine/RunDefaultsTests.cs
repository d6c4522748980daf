using Reeve.Engine;
using Reeve.Settings;

namespace Reeve.Tests.Engine;

public sealed class RunDefaultsTests
{
    private static readonly TaskDescriptor Task = new() { Name = "t", Method = "T", Type = "X", Key = "t-1", ParameterNames = [] };

    private static readonly FlowDescriptor Flow = new() { Name = "f", Method = "F", Type = "X", Parameters = [] };

    [Theory]
    [InlineData("PREFECT_TASK_DEFAULT_RETRIES", "PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS")]
    [InlineData("PREFECT_TASKS_DEFAULT_RETRIES", "PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS")]
    [InlineData("REEVE_TASKS_DEFAULT_RETRIES", "REEVE_TASKS_DEFAULT_RETRY_DELAY_SECONDS")]
    public void Settings_stand_where_nothing_else_is_said(string retries, string delay)
    {
        var task = Of((retries, "4"), (delay, "2.5")).For(Task);

        Assert.Equal((4, 2.5), (task.Retries, task.RetryDelaySeconds));
    }

    [Fact]
    public void Attribute_wins_over_settings_and_the_call_over_both()
    {
        var defaults = Of(("PREFECT_TASK_DEFAULT_RETRIES", "4"), ("PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS", "[1, 10]"), ("PREFECT_FLOW_DEFAULT_RETRIES", "5"));
        var attribute = Task with { Retries = 0, RetryBackoffSeconds = 3 };

        Assert.Equal(0, defaults.For(attribute).Retries);
        Assert.Null(defaults.For(attribute).RetryDelays);
        Assert.Equal(2, defaults.For(attribute.With(new CallOptions { Retries = 2 })).Retries);
        Assert.Equal([1, 10], defaults.For(Task).RetryDelays!);
        Assert.Equal(5, defaults.For(Flow).Retries);
        Assert.Equal(1, defaults.For(Flow with { Retries = 1 }).Retries);
    }

    [Theory]
    [InlineData("REEVE_TASK_RUNNER", "process(3)", "Process(3)")]
    [InlineData("PREFECT_TASKS_RUNNER_THREAD_POOL_MAX_WORKERS", "5", "ThreadPool(5)")]
    public void Task_runner_of_the_settings_gives_way_to_the_attribute(string name, string value, string runner)
    {
        Assert.Equal(runner, Of((name, value)).TaskRunnerOf(Flow)!.ToString());
        Assert.Equal("Inline(1)", Of((name, value)).TaskRunnerOf(Flow with { TaskRunner = "inline" })!.ToString());
        Assert.Null(Of().TaskRunnerOf(Flow));
        Assert.Contains(name, Assert.Throws<SettingsException>(() => Of((name, "many")).TaskRunnerOf(Flow)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_the_descriptor_is_not_even_copied()
    {
        Assert.Same(Task, Of().For(Task));
        Assert.Same(Flow, Of().For(Flow));
        Assert.Same(Task, Task.Inside(Flow));
    }

    [Theory]
    [InlineData("PREFECT_TASK_DEFAULT_RETRIES", "some", "a whole number from 0")]
    [InlineData("PREFECT_TASK_DEFAULT_RETRIES", "-1", "a whole number from 0")]
    [InlineData("PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS", "soon", "seconds from 0, or a list of them")]
    [InlineData("PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS", "[]", "seconds from 0, or a list of them")]
    public void Setting_that_makes_no_sense_is_named(string name, string value, string wanted)
    {
        var thrown = Assert.Throws<SettingsException>(() => Of((name, value)).For(Task));

        Assert.Equal($"{name} is '{value}' (environment); it must be {wanted}", thrown.Message);
    }

    [Fact]
    public void Persistence_is_the_tasks_own_setting_before_the_general_one()
    {
        var defaults = Of(("PREFECT_TASKS_DEFAULT_PERSIST_RESULT", "false"), ("PREFECT_RESULTS_PERSIST_BY_DEFAULT", "true"));

        Assert.False(defaults.PersistsResult(isTask: true));
        Assert.True(defaults.PersistsResult(isTask: false));
        Assert.Throws<SettingsException>(() => Of(("PREFECT_RESULTS_PERSIST_BY_DEFAULT", "perhaps")).PersistsResult(isTask: true));
    }

    [Fact]
    public void Serializer_that_only_python_reads_is_no_choice()
    {
        Assert.Null(Of(("PREFECT_RESULTS_DEFAULT_SERIALIZER", "pickle")).ResultSerializer);
        Assert.Equal("json/gzip", Of(("PREFECT_RESULTS_DEFAULT_SERIALIZER", "json/gzip")).ResultSerializer);
    }

    [Fact]
    public void Surrounding_run_gives_what_is_not_said()
    {
        var flow = Flow with { PersistResult = true, ResultSerializer = "json/gzip", ResultStorage = "./there" };

        var task = (Task with { ResultStorage = "server" }).Inside(flow);

        Assert.Equal((true, "json/gzip", "server"), (task.PersistResult, task.ResultSerializer, task.ResultStorage));
    }

    private static RunDefaults Of(params (string Name, string Value)[] environment) =>
        new(new ReeveSettings(name => environment.FirstOrDefault(pair => pair.Name == name).Value, new Profile("test", new Dictionary<string, string>())));
}
