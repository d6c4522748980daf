using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Reeve.EndToEnd.Tests.Serving;

/// <summary>What flows get from their host.</summary>
public sealed class Greeter : IDisposable
{
    public static ConcurrentQueue<string> Disposed { get; } = [];

    public string Mark { get; } = Guid.NewGuid().ToString("N");

    public string Greet(string name) => $"Hello {name}";

    public void Dispose() => Disposed.Enqueue(Mark);
}

/// <summary>Flows as instance methods of a class that only a host can make.</summary>
public sealed class ServedFlows(Greeter greeter, ILogger<ServedFlows> logger, Gate gate)
{
    [Flow]
    public async Task<string> Welcome(string name = "world")
    {
        using (logger.BeginScope("guest {Guest}", name))
            logger.LogInformation("{Greeting} by {Mark}", greeter.Greet(name), greeter.Mark);
        return await Shout(name);
    }

    [Task]
    private async Task<string> Shout(string name)
    {
        await Task.Yield();
        logger.LogWarning("from the task: {Name}", name.ToUpperInvariant());
        return name.ToUpperInvariant();
    }

    [Flow]
    public async Task Held(CancellationToken cancellationToken)
    {
        gate.Enter();
        try
        {
            await gate.Opened.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            gate.Leave();
        }
    }
}

/// <summary>Holds flows until a test lets them go on, and counts them.</summary>
public sealed class Gate
{
    private readonly Lock _lock = new();
    private int _inside;

    public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Entered { get; private set; }

    public int Most { get; private set; }

    public void Enter()
    {
        lock (_lock)
        {
            Entered++;
            Most = Math.Max(Most, ++_inside);
        }
    }

    public void Leave()
    {
        lock (_lock)
            _inside--;
    }
}
