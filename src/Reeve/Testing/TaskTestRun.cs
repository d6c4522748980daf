using System.Text.Json;
using Reeve.Testing.Api;

namespace Reeve.Testing;

/// <summary>A task run in a <see cref="FlowTestHost"/>.</summary>
public sealed class TaskTestRun : TestRun
{
    internal TaskTestRun(FlowTestHost host, MemoryRun run)
        : base(host, run)
    {
    }

    /// <summary>Tags of the run.</summary>
    public IReadOnlyList<string> Tags => Run.Tags;

    /// <summary>Which runs each argument came from, as the API was told.</summary>
    public JsonElement Inputs => Run.Inputs;

    /// <summary>The flow run that it belongs to; null for a task outside of any.</summary>
    public Guid? FlowRunId => Run.FlowRunId;
}
