using System.Diagnostics;
using System.Diagnostics.Metrics;
using Reeve.Engine;
using Reeve.Protocol.Runs;

namespace Reeve.Diagnostics;

/// <summary>Spans and measurements of runs, for OpenTelemetry: source and meter are both called "Reeve". While nobody listens a run costs two looks at a field.</summary>
internal static class RunTelemetry
{
    public const string Name = "Reeve";

    private static readonly ActivitySource Spans = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> FlowRunTime = Meter.CreateHistogram<double>("reeve.flow_run.duration", "s", "Time from the start of a flow run to its end, retries included");
    private static readonly Histogram<double> TaskRunTime = Meter.CreateHistogram<double>("reeve.task_run.duration", "s", "Time from the start of a task run to its end, retries included");

    /// <summary>A flow run. Its parent is what surrounds it in this process, else what its maker left in its labels.</summary>
    public static Task<T> FlowAsync<T>(FlowDescriptor flow, FlowRun run, RunStop stop, TimeProvider time, Func<Task<T>> body)
    {
        if (!Spans.HasListeners() && !FlowRunTime.Enabled)
            return body();
        var parent = Activity.Current is null ? TraceLabels.ParentOf(run.Labels) : default;
        var span = Spans.CreateActivity($"flow {flow.Name}", ActivityKind.Internal, parent);
        span?.SetTag("reeve.flow.name", flow.Name).SetTag("reeve.flow_run.id", run.Id.ToString()).SetTag("reeve.flow_run.name", run.Name);
        if (run.DeploymentId is { } deployment)
            span?.SetTag("reeve.deployment.id", deployment.ToString());
        if (run.Tags.Count > 0)
            span?.SetTag("reeve.tags", run.Tags.ToArray());
        return MeasuredAsync(span, FlowRunTime, "reeve.flow.name", flow.Name, stop, time, body);
    }

    /// <summary>A task run; its parent is the flow run's span.</summary>
    public static Task<T> TaskAsync<T>(TaskDescriptor task, Guid id, string name, RunStop stop, TimeProvider time, Func<Task<T>> body)
    {
        if (!Spans.HasListeners() && !TaskRunTime.Enabled)
            return body();
        var span = Spans.CreateActivity($"task {task.Name}", ActivityKind.Internal);
        span?.SetTag("reeve.task.name", task.Name).SetTag("reeve.task_run.id", id.ToString()).SetTag("reeve.task_run.name", name);
        return MeasuredAsync(span, TaskRunTime, "reeve.task.name", task.Name, stop, time, body);
    }

    private static async Task<T> MeasuredAsync<T>(Activity? span, Histogram<double> histogram, string key, string name, RunStop stop, TimeProvider time, Func<Task<T>> body)
    {
        var began = time.GetTimestamp();
        var state = "Completed";
        using var _ = span?.Start();
        try
        {
            return await body();
        }
        catch (Exception e)
        {
            state = StateOf(e, stop);
            span?.SetStatus(ActivityStatusCode.Error, e.Message).SetTag("error.type", e.GetType().FullName).AddException(e);
            throw;
        }
        finally
        {
            span?.SetTag("reeve.run.state", state);
            histogram.Record(time.GetElapsedTime(began).TotalSeconds, new(key, name), new("reeve.run.state", state));
        }
    }

    private static string StateOf(Exception error, RunStop stop) => stop.Cause switch
    {
        StopCause.None => error is TimeoutException ? "TimedOut" : "Failed",
        StopCause.Interrupted or StopCause.LeaseLost => "Crashed",
        _ => "Cancelled",
    };
}
