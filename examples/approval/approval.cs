#:package Reeve@0.1.0
#:property PublishAot=false
using Reeve;

await Flows.Refund(args is [var customer, ..] ? customer : "Ford", args is [_, var amount] ? decimal.Parse(amount) : 42);

/// <summary>What the person who decides is asked for.</summary>
/// <param name="Approved">Whether the money goes out.</param>
/// <param name="Amount">How much of it, when not all.</param>
/// <param name="Comment">Why.</param>
record Decision(bool Approved, decimal? Amount = null, string Comment = "");

static class Flows
{
    /// <summary>Pays money back, when somebody allows it.</summary>
    /// <param name="customer">Who gets it.</param>
    /// <param name="amount">How much was asked for.</param>
    [Flow(LogPrints = true)]
    public static async Task<string> Refund(string customer, decimal amount)
    {
        var decision = amount < 10
            ? new Decision(true)
            : await FlowRuns.PauseAsync<Decision>($"**{customer}** wants {amount} back. Is that right?", timeout: TimeSpan.FromDays(2));
        if (!decision.Approved)
        {
            Console.WriteLine($"Nothing is paid to {customer}: {decision.Comment}");
            return "refused";
        }

        Pay(customer, decision.Amount ?? amount);
        return "paid";
    }

    [Task(LogPrints = true)]
    static void Pay(string customer, decimal amount) => Console.WriteLine($"{amount} is paid to {customer}");
}
