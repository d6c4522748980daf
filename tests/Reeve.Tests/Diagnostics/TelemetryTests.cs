using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Reeve.Diagnostics;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Diagnostics;

public sealed class TelemetryTests : EngineStage
{
    [Fact]
    public async Task Flow_subflow_and_task_are_spans_of_one_trace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);

        await In(() => Outer());

        var outer = Assert.Single(spans, span => span.OperationName == "flow traced-outer");
        var trace = spans.Where(span => span.TraceId == outer.TraceId).ToDictionary(span => span.OperationName);
        Assert.Equal(["flow traced-inner", "flow traced-outer", "task traced-step"], trace.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(outer.SpanId, trace["flow traced-inner"].ParentSpanId);
        Assert.Equal(trace["flow traced-inner"].SpanId, trace["task traced-step"].ParentSpanId);
        Assert.Equal("Completed", outer.GetTagItem("reeve.run.state"));
        Assert.Equal(ActivityStatusCode.Unset, outer.Status);
    }

    [Fact]
    public async Task Failure_is_told_by_status_and_exception()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);

        await Assert.ThrowsAsync<FormatException>(() => In(() => Broken()));

        var span = Assert.Single(spans, span => span.OperationName == "flow traced-broken");
        Assert.Equal((ActivityStatusCode.Error, "no"), (span.Status, span.StatusDescription));
        Assert.Equal("Failed", span.GetTagItem("reeve.run.state"));
        Assert.Single(span.Events, told => told.Name == "exception");
    }

    [Fact]
    public async Task Run_carries_the_context_of_its_maker_and_its_process_continues_it()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        using var maker = new Activity("maker").SetIdFormat(ActivityIdFormat.W3C).Start();

        await In(() => Outer());

        var body = Api.Requests.First(request => request is { Method: "POST", Path: "flow_runs/" }).Body;
        using var sent = JsonDocument.Parse(body);
        var label = sent.RootElement.GetProperty("labels").GetProperty(TraceLabels.TraceParent).GetString();
        Assert.Equal(maker.Id, label);
        var context = TraceLabels.ParentOf(sent.RootElement.GetProperty("labels"));
        Assert.Equal((maker.TraceId, maker.SpanId, true), (context.TraceId, context.SpanId, context.IsRemote));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"__OTEL_TRACEPARENT":"nonsense"}""")]
    [InlineData("""{"__OTEL_TRACEPARENT":7}""")]
    public void Labels_without_a_context_have_no_parent(string labels) => Assert.Equal(default, TraceLabels.ParentOf(WireJson.Parse(labels)));

    [Fact]
    public void Context_that_is_given_stands()
    {
        using var maker = new Activity("maker").SetIdFormat(ActivityIdFormat.W3C).Start();
        var given = WireJson.Parse("""{"__OTEL_TRACEPARENT":"mine","team":"a"}""");
        Assert.Equal("mine", TraceLabels.With(given)!.Value.GetProperty(TraceLabels.TraceParent).GetString());
        Assert.Equal("b", TraceLabels.With(WireJson.Parse("""{"team":"b"}"""))!.Value.GetProperty("team").GetString());
    }

    [Fact]
    public async Task Durations_are_measured_by_flow_and_state()
    {
        var measured = new ConcurrentQueue<(string Instrument, string Tags)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, of) => { if (instrument.Meter.Name == RunTelemetry.Name) of.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.Enqueue((instrument.Name, string.Join(",", tags.ToArray().Select(tag => tag.Value)))));
        listener.Start();

        await In(() => Outer());

        Assert.Contains(("reeve.flow_run.duration", "traced-outer,Completed"), measured);
        Assert.Contains(("reeve.task_run.duration", "traced-step,Completed"), measured);
    }

    [Fact]
    public async Task Without_a_trace_no_label_is_sent()
    {
        Assert.Null(Activity.Current);
        await In(() => Outer());
        var body = Api.Requests.First(request => request is { Method: "POST", Path: "flow_runs/" }).Body;
        Assert.DoesNotContain(TraceLabels.TraceParent, body, StringComparison.Ordinal);
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    [Flow(Name = "traced-outer")]
    private static async Task<int> Outer() => await Inner();

    [Flow(Name = "traced-inner")]
    private static async Task<int> Inner() => await Step();

    [Task(Name = "traced-step")]
    private static Task<int> Step() => Task.FromResult(7);

    [Flow(Name = "traced-broken")]
    private static Task Broken() => throw new FormatException("no");
}
