#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

var folder = args is [var given, ..] ? given : "warehouse";
await Flows.PlaceOrder(folder, "towel", fail: args is [_, "fail"]);

static class Flows
{
    /// <summary>Takes an item from the stock and books its price: both or neither.</summary>
    /// <param name="folder">The folder of the warehouse's files.</param>
    /// <param name="item">What is ordered.</param>
    /// <param name="fail">Whether the bank is out of order today.</param>
    [Flow]
    public static async Task PlaceOrder(string folder, string item, bool fail = false)
    {
        Directory.CreateDirectory(folder);
        await Transaction.RunAsync(async order =>
        {
            order.Set("folder", folder); // the rollback hooks read it
            await Reserve(folder, item);
            await Charge(folder, item, fail);
        });
        RunLogger.Current.Info($"{item} is ordered");
    }

    [Task(OnRollback = nameof(PutBack))]
    static async Task Reserve(string folder, string item, CancellationToken ct = default) =>
        await File.WriteAllTextAsync(Path.Combine(folder, "reserved.txt"), item, ct);

    [Task]
    static async Task Charge(string folder, string item, bool fail, CancellationToken ct = default)
    {
        if (fail)
            throw new InvalidOperationException("The bank does not answer");
        await File.WriteAllTextAsync(Path.Combine(folder, "charged.txt"), item, ct);
    }

    // Called when something after Reserve, in the same transaction, has failed.
    static void PutBack(TaskRunContext run)
    {
        File.Delete(Path.Combine(Transaction.Current!.Get<string>("folder"), "reserved.txt"));
        run.Logger.Warning("The reservation is taken back");
    }
}
