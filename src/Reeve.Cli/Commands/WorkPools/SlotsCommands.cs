using System.CommandLine;
using System.Globalization;
using Reeve.Cli.Output;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

/// <summary>Which runs hold a pool's slots.</summary>
internal sealed class WorkPoolSlotsCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };
    private readonly OutputOption _output = new();

    public WorkPoolSlotsCommand()
        : base("slots", "Show how many slots of a work pool are taken, and by which runs")
    {
        Arguments.Add(_name);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        var status = await session.Client.GetWorkPoolSlotsAsync(pool.Name, new ConcurrencyStatusRequest { FlowRunLimit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(status, session.Terminal.Out);
            return ExitCodes.Done;
        }

        session.Terminal.Out.WriteLine($"Work pool '{pool.Name}': {SlotTable.Used(status.ActiveSlots, status.ConcurrencyLimit)}.");
        foreach (var queue in status.Queues)
            session.Terminal.Out.WriteLine($"Work queue '{queue.QueueName}': {SlotTable.Used(queue.ActiveSlots, queue.ConcurrencyLimit)}.");
        SlotTable.Write(status.Queues.SelectMany(queue => queue.FlowRuns), session);
        return ExitCodes.Done;
    }
}

/// <summary>Which runs hold a queue's slots.</summary>
internal sealed class WorkQueueSlotsCommand : WorkQueueCommand
{
    private readonly OutputOption _output = new();

    public WorkQueueSlotsCommand()
        : base("slots", "Show how many slots of a work queue are taken, and by which runs") => Options.Add(_output);

    protected override async Task RunAsync(WorkQueue queue, ParseResult parse, CliSession session, CancellationToken ct)
    {
        var status = await session.Client.GetWorkQueueSlotsAsync(queue.Id, new ConcurrencyStatusRequest { Limit = 200 }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(status, session.Terminal.Out);
            return;
        }

        session.Terminal.Out.WriteLine($"Work queue '{queue.Name}': {SlotTable.Used(status.ActiveSlots, status.ConcurrencyLimit)}.");
        SlotTable.Write(status.FlowRuns, session);
    }
}

/// <summary>How holders of slots are shown.</summary>
internal static class SlotTable
{
    internal static string Used(int taken, int? limit) =>
        $"{taken.ToString(CultureInfo.InvariantCulture)} of {limit?.ToString(CultureInfo.InvariantCulture) ?? "any number of"} slots taken";

    internal static void Write(IEnumerable<FlowRunSlotSummary> runs, CliSession session)
    {
        var table = new TextTable("ID", "Flow run", "State", "Since");
        foreach (var run in runs)
            table.Add(run.Id.ToString(), run.Name, run.StateName?.ToUpperInvariant(), Ago.Of(run.StateTimestamp, session.Time));
        table.Write(session.Terminal.Out, "No run holds a slot.");
    }
}
