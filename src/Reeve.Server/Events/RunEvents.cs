using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Reeve.Protocol.Json;
using Reeve.Protocol.Runs;
using Reeve.Server.Orchestration;

namespace Reeve.Server.Events;

/// <summary>Composes the events that tell of state changes, in the words clients and automations know.</summary>
internal static class RunEvents
{
    // a message may carry a stack trace or a printed result; an event is not the place for all of it
    private const int LongestMessage = 100_000;

    // an event names its predecessor where the two are close enough to overtake each other
    private static readonly TimeSpan Close = TimeSpan.FromMinutes(5);

    internal static OutboxEvent FlowRunState(LoadedFlowRun run, State? initial, State entered, int runCount, DateTimeOffset now)
    {
        var resourceId = $"prefect.flow-run.{run.Id}";
        var name = $"prefect.flow-run.{entered.Name}";
        var body = Body(entered, initial, name, now, resourceId, run.Name, runCount, null, writer => WriteRelated(writer, run));
        return new(entered.Id, entered.Timestamp, now, name, resourceId, body);
    }

    internal static OutboxEvent TaskRunState(LoadedTaskRun run, State? initial, State entered, int runCount, DateTimeOffset now)
    {
        var resourceId = $"prefect.task-run.{run.Id}";
        var name = $"prefect.task-run.{entered.Name}";
        var body = Body(entered, initial, name, now, resourceId, run.Name, runCount, "server", writer => WriteRelated(writer, run));
        return new(entered.Id, entered.Timestamp, now, name, resourceId, body);
    }

    private static byte[] Body(
        State entered, State? initial, string name, DateTimeOffset now, string resourceId, string resourceName, int runCount, string? orchestration, Action<Utf8JsonWriter> related)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        writer.WriteString("occurred"u8, WireTimeConverter.ToText(entered.Timestamp));
        writer.WriteString("event"u8, name);
        writer.WriteStartObject("resource"u8);
        writer.WriteString("prefect.resource.id"u8, resourceId);
        writer.WriteString("prefect.resource.name"u8, resourceName);
        writer.WriteString("prefect.run-count"u8, runCount.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("prefect.state-message"u8, Shortened(entered.Message));
        writer.WriteString("prefect.state-name"u8, entered.Name);
        writer.WriteString("prefect.state-timestamp"u8, WireTimeConverter.ToText(entered.Timestamp));
        writer.WriteString("prefect.state-type"u8, entered.Type.ToWire());
        if (orchestration is not null)
            writer.WriteString("prefect.orchestration"u8, orchestration);
        writer.WriteEndObject();
        writer.WriteStartArray("related"u8);
        related(writer);
        writer.WriteEndArray();
        writer.WriteStartObject("payload"u8);
        writer.WriteStartObject("intended"u8);
        writer.WriteString("from"u8, initial?.Type.ToWire());
        writer.WriteString("to"u8, entered.Type.ToWire());
        writer.WriteEndObject();
        WriteState(writer, "initial_state", initial);
        WriteState(writer, "validated_state", entered);
        writer.WriteEndObject();
        writer.WriteString("id"u8, entered.Id);
        if (initial is not null && (entered.Timestamp - initial.Timestamp).Duration() < Close)
            writer.WriteString("follows"u8, initial.Id);
        else
            writer.WriteNull("follows"u8);
        writer.WriteString("received"u8, WireTimeConverter.ToText(now));
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteRelated(Utf8JsonWriter writer, LoadedFlowRun run)
    {
        var facts = run.Facts;
        WriteResource(writer, "flow", facts.Flow.Id, facts.Flow.Name);
        if (facts.Deployment is { } deployment)
            WriteResource(writer, "deployment", deployment.Id, deployment.Name);
        if (facts.WorkQueue is { } queue)
            WriteResource(writer, "work-queue", queue.Id, queue.Name);
        if (facts.WorkPool is { } pool)
            WriteResource(writer, "work-pool", pool.Id, pool.Name, facts.WorkPoolType);
        if (facts.ParentTaskRun is { } parent)
            WriteResource(writer, "task-run", parent.Id, parent.Name);
        foreach (var tag in run.Tags.Concat(facts.Flow.Tags).Concat(facts.Deployment?.Tags ?? []).Concat(facts.ParentTaskRun?.Tags ?? []).Distinct().Order(StringComparer.Ordinal))
            WriteTag(writer, tag);
        if (run.CreatedBy is { Id: { } creator, Type: "DEPLOYMENT" or "AUTOMATION" } by)
            WriteResource(writer, "creator", creator, by.DisplayValue, kind: by.Type.ToLowerInvariant());
    }

    private static void WriteRelated(Utf8JsonWriter writer, LoadedTaskRun run)
    {
        if (run.FlowRunId is { } flowRun)
            WriteResource(writer, "flow-run", flowRun, run.FlowRunName ?? "");
        if (run.Flow is { } flow)
            WriteResource(writer, "flow", flow.Id, flow.Name);
        foreach (var tag in run.Tags.Concat(run.Flow?.Tags ?? []).Distinct().Order(StringComparer.Ordinal))
            WriteTag(writer, tag);
    }

    private static void WriteResource(Utf8JsonWriter writer, string role, Guid id, string? name, string? poolType = null, string? kind = null)
    {
        writer.WriteStartObject();
        writer.WriteString("prefect.resource.id"u8, $"prefect.{kind ?? role}.{id}");
        writer.WriteString("prefect.resource.role"u8, role);
        if (name is not null)
            writer.WriteString("prefect.resource.name"u8, name);
        if (poolType is not null)
            writer.WriteString("prefect.work-pool.type"u8, poolType);
        writer.WriteEndObject();
    }

    private static void WriteTag(Utf8JsonWriter writer, string tag)
    {
        writer.WriteStartObject();
        writer.WriteString("prefect.resource.id"u8, "prefect.tag." + tag);
        writer.WriteString("prefect.resource.role"u8, "tag"u8);
        writer.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter writer, string property, State? state)
    {
        if (state is null)
        {
            writer.WriteNull(property);
            return;
        }
        writer.WriteStartObject(property);
        writer.WriteString("type"u8, state.Type.ToWire());
        writer.WriteString("name"u8, state.Name);
        if (state.Message is { Length: > 0 })
            writer.WriteString("message"u8, Shortened(state.Message));
        if (state.Type == StateType.Paused)
            writer.WriteString("pause_reschedule"u8, state.StateDetails.PauseReschedule ? "true"u8 : "false"u8);
        writer.WriteEndObject();
    }

    private static string Shortened(string? message) => message is null ? "" : message.Length <= LongestMessage ? message : message[..LongestMessage];
}
