using Reeve.Client;
using Reeve.Deployments;
using Reeve.Engine;
using Reeve.Protocol.Automations;

namespace Reeve;

/// <summary>A flow with a name, parameters and schedules, as the server keeps it. Made by <see cref="Flow.ToDeployment"/>, changed by <c>with</c>, registered by <see cref="ApplyAsync(CancellationToken)"/> or served.</summary>
public sealed record Deployment
{
    /// <summary>The flow.</summary>
    public required Flow Flow { get; init; }

    /// <summary>The name, unique within the flow.</summary>
    public required string Name { get; init; }

    /// <summary>For people; default the flow's own description.</summary>
    public string? Description { get; init; }

    /// <summary>The version; default that of the flow's code.</summary>
    public string? Version { get; init; }

    /// <summary>When it runs; default never by itself.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>Parameters of its runs, as an object (<c>new { city = "Berlin" }</c>) or a dictionary; default none, so that those of the method hold.</summary>
    public object? Parameters { get; init; }

    /// <summary>Tags of its runs.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>An infrastructure block by kind and name, <c>process/dev</c>, for agents; default none, so that the work pool's job template holds. With it <see cref="WorkPool"/> may be left out: then the agents' own pool takes it.</summary>
    public string? Infrastructure { get; init; }

    /// <summary>A storage block by kind and name that the code was uploaded to, with a folder in it: <c>s3/dev/flows</c>. Default none: the code lies where this program does.</summary>
    public string? Storage { get; init; }

    /// <summary>The work pool whose workers run it. A served deployment has none: its process is what runs it.</summary>
    public string? WorkPool { get; init; }

    /// <summary>The queue within the pool; default the pool's default queue.</summary>
    public string? WorkQueue { get; init; }

    /// <summary>Values for the pool's job template, as an object: <c>new { cpu = 2, env = new { LOG = "debug" } }</c>.</summary>
    public object? JobVariables { get; init; }

    /// <summary>The container image that has the program in it; the job variable <c>image</c>.</summary>
    public string? Image { get; init; }

    /// <summary>The image with the program in it, built and pushed when the deployment is registered; in the place of <see cref="Image"/>.</summary>
    public ImageBuild? ImageBuild { get; init; }

    /// <summary>How many of its runs may be active at once, on all machines together; default no limit.</summary>
    public int? ConcurrencyLimit { get; init; }

    /// <summary>What happens to a run over <see cref="ConcurrencyLimit"/>; default it waits.</summary>
    public CollisionStrategy OnCollision { get; init; } = CollisionStrategy.Enqueue;

    /// <summary>Whether the parameters of each run are checked against the method's when the run is made; default true.</summary>
    public bool EnforceParameterSchema { get; init; } = true;

    /// <summary>Whether its schedules rest. Default null: as it was on the server (a new one is active); see <see cref="ServeOptions.PauseOnStop"/>.</summary>
    public bool? Paused { get; init; }

    /// <summary>Events that make runs of it; each becomes an automation that belongs to the deployment.</summary>
    public IReadOnlyList<Trigger> Triggers { get; init; } = [];

    /// <summary>Where a worker finds the flow, <c>flows/etl.cs:Etl</c>; default this program.</summary>
    public string? Entrypoint { get; init; }

    /// <summary>Steps that bring the code to where a run is, each an object with one member: the step's name and its inputs. Default: the folder of this program, or the clone of <see cref="Flow.FromSource"/>.</summary>
    public IReadOnlyList<object>? PullSteps { get; init; }

    /// <summary>Registers the deployment, or replaces the one of its flow and name.</summary>
    /// <param name="ct">Cancels the requests.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="DeploymentException">It has faults; the message names them all.</exception>
    /// <exception cref="ApiException">The API cannot be reached, or refuses it.</exception>
    public async Task<Guid> ApplyAsync(CancellationToken ct = default) => (await ApplyAsync([this], ct))[0];

    /// <summary>Registers several deployments: what a <c>*.deployment.cs</c> file ends with. All are checked before the first is written.</summary>
    /// <param name="deployments">The deployments.</param>
    /// <param name="ct">Cancels the requests.</param>
    /// <returns>Their ids, in the same order.</returns>
    /// <exception cref="DeploymentException">Some have faults; the message names them all.</exception>
    /// <exception cref="ApiException">The API cannot be reached, or refuses one.</exception>
    public static Task<IReadOnlyList<Guid>> ApplyAsync(IReadOnlyList<Deployment> deployments, CancellationToken ct = default) =>
        Told(async () =>
        {
            var client = new OrchestrationClient(EngineSession.Current.Client.Connection.With(RetryPolicy.Interactive));
            var registration = new DeploymentRegistration(client, EngineSession.Current.Settings);
            var registered = await registration.ApplyAsync(deployments, ct);
            foreach (var one in registered)
                Console.WriteLine($"Deployed '{one.FullName}'{(one.Deployment.WorkPool is { } pool ? $" to work pool '{pool}'" : "")}.");
            return (IReadOnlyList<Guid>)[.. registered.Select(one => one.Id)];
        });

    /// <summary>Registers deployments and runs their runs in this process until it is told to end (SIGTERM, Ctrl+C).</summary>
    /// <param name="deployments">The deployments.</param>
    /// <exception cref="DeploymentException">Some have faults; the message names them all.</exception>
    public static Task ServeAsync(params Deployment[] deployments) => ServeAsync(deployments, options: null);

    /// <summary>Registers deployments and runs their runs in this process until it is told to end (SIGTERM, Ctrl+C) or the token is cancelled.</summary>
    /// <param name="deployments">The deployments.</param>
    /// <param name="options">How many runs at once, and what happens at the end; null for the defaults.</param>
    /// <param name="ct">Ends the serving.</param>
    /// <exception cref="DeploymentException">Some have faults; the message names them all.</exception>
    public static Task ServeAsync(IReadOnlyList<Deployment> deployments, ServeOptions? options, CancellationToken ct = default) =>
        Told(async () =>
        {
            using var stop = new RunStop(null, ct);
            using var signals = new StopSignals(stop);
            var server = new DeploymentServer(EngineSession.Current, deployments, options ?? new ServeOptions(), new ServeLog(Console.WriteLine, Console.Error.WriteLine));
            await server.RunAsync(stop, CancellationToken.None);
            return true;
        });

    // A fault of the deployment's own is one message and exit code 1 for a program that does not catch it.
    private static async Task<T> Told<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is DeploymentException || UncaughtFault.IsEngines(e))
        {
            UncaughtFault.Expect(e);
            throw;
        }
    }
}

/// <summary>What happens to a run of a deployment whose limit is reached.</summary>
public enum CollisionStrategy
{
    /// <summary>It waits for a slot.</summary>
    Enqueue,

    /// <summary>It is cancelled.</summary>
    CancelNew,
}

/// <summary>Deployments that cannot be registered; the message names every fault.</summary>
public sealed class DeploymentException : Exception
{
    /// <summary>An empty one.</summary>
    public DeploymentException()
    {
    }

    /// <summary>With a message.</summary>
    public DeploymentException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and a cause.</summary>
    public DeploymentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
