namespace Reeve.Testing;

/// <summary>A run did not go as a test says. Every test framework counts it as a failure; the message tells what was and what had been expected.</summary>
public sealed class FlowAssertionException : Exception
{
    internal FlowAssertionException(string message)
        : base(message)
    {
    }
}
