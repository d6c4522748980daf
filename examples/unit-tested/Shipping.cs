using Reeve;

namespace UnitTested;

/// <summary>What is tested: a flow that asks a carrier which is often away for hours.</summary>
public sealed class Shipping(ICarrier carrier)
{
    /// <summary>Sends an order.</summary>
    /// <param name="order">Its number.</param>
    [Flow]
    public async Task<string> Ship(int order)
    {
        var label = await Book(order);
        Tell($"Order {order} is on its way: {label}");
        return label;
    }

    [Task(Retries = 3, RetryDelaySeconds = 3600)]
    private async Task<string> Book(int order) => await carrier.BookAsync(order);

    [Task]
    private static void Tell(string text) => RunLogger.Current.Info(text);
}

/// <summary>The carrier's API.</summary>
public interface ICarrier
{
    /// <summary>Books a parcel and gives its label.</summary>
    Task<string> BookAsync(int order);
}
