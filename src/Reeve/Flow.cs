using System.Reflection;
using Reeve.Deployments;
using Reeve.Engine;

namespace Reeve;

/// <summary>A flow as a thing: what can be deployed and served. <see cref="Of(Delegate)"/> takes the method, <c>Flow.Of(Etl)</c>.</summary>
public sealed class Flow
{
    private Flow(FlowDescriptor? descriptor, Assembly? program, FlowSource? source)
    {
        Descriptor = descriptor;
        Program = program;
        Source = source;
    }

    /// <summary>The flow's name; for a flow of another source the method's name, until the source is read.</summary>
    public string Name => Descriptor?.Name ?? Source!.Method;

    internal FlowDescriptor? Descriptor { get; }

    internal Assembly? Program { get; }

    internal FlowSource? Source { get; }

    /// <summary>The flow of a method that is marked <c>[Flow]</c>: <c>Flow.Of(Etl)</c>, <c>Flow.Of(Flows.Etl)</c>, or <c>Flow.Of(instance.Etl)</c>, whose instance then is made anew for each run.</summary>
    /// <param name="method">The method itself, not a lambda.</param>
    /// <exception cref="ArgumentException">The method is no flow.</exception>
    public static Flow Of(Delegate method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return Of(method.Method.DeclaringType, method.Method.Name);
    }

    /// <summary>The flow of an instance method whose class a host makes: <c>Flow.Of&lt;EtlFlows&gt;(nameof(EtlFlows.Nightly))</c>.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <param name="method">The method's name.</param>
    /// <exception cref="ArgumentException">The method is no flow.</exception>
    public static Flow Of<T>(string method) => Of(typeof(T), method);

    /// <summary>A flow whose code lies elsewhere. It can be deployed, and a worker fetches and builds it for each run; it cannot be served or called here.</summary>
    /// <param name="source">A git address (<c>https://…</c>, <c>git@…</c>, anything that ends in <c>.git</c>) or a folder of this machine.</param>
    /// <param name="entrypoint">The file within it and the method: <c>flows/etl.cs:Etl</c> or <c>App/App.csproj:Flows.Etl</c>.</param>
    /// <param name="branch">The branch or tag; default the repository's own.</param>
    /// <param name="credentials">For a private repository: the block with its token, <c>{{ prefect.blocks.github-credentials.ci }}</c>. It is resolved where the run is, never stored.</param>
    /// <exception cref="ArgumentException">The entrypoint names no method, or the folder does not exist.</exception>
    public static Flow FromSource(string source, string entrypoint, string? branch = null, string? credentials = null) =>
        new(null, null, FlowSource.Of(source, entrypoint, branch, credentials));

    /// <summary>A deployment of this flow; more can be said with <c>with</c>: <c>flow.ToDeployment("nightly") with { ConcurrencyLimit = 1 }</c>.</summary>
    /// <param name="name">The deployment's name, unique within the flow.</param>
    /// <param name="cron">When it runs, as a cron expression in <paramref name="timeZone"/>.</param>
    /// <param name="interval">When it runs, as the time between two runs.</param>
    /// <param name="timeZone">The IANA zone of <paramref name="cron"/> and <paramref name="interval"/>; default UTC.</param>
    /// <param name="parameters">The parameters of its runs, as an object: <c>new { city = "Berlin" }</c>.</param>
    /// <param name="tags">Tags of its runs.</param>
    public Deployment ToDeployment(
        string name, string? cron = null, TimeSpan? interval = null, string? timeZone = null, object? parameters = null, IReadOnlyList<string>? tags = null)
    {
        List<Schedule> schedules = [];
        if (cron is not null)
            schedules.Add(Schedule.Cron(cron, timeZone));
        if (interval is { } every)
            schedules.Add(Schedule.Every(every, timeZone: timeZone));
        return new Deployment { Flow = this, Name = name, Schedules = schedules, Parameters = parameters, Tags = tags ?? [] };
    }

    /// <summary>Registers a deployment of this flow and runs its runs in this process until the process is told to end (SIGTERM, Ctrl+C) or the token is cancelled.</summary>
    /// <param name="name">The deployment's name.</param>
    /// <param name="cron">As in <see cref="ToDeployment"/>.</param>
    /// <param name="interval">As in <see cref="ToDeployment"/>.</param>
    /// <param name="timeZone">As in <see cref="ToDeployment"/>.</param>
    /// <param name="parameters">As in <see cref="ToDeployment"/>.</param>
    /// <param name="tags">As in <see cref="ToDeployment"/>.</param>
    /// <param name="options">How many runs at once, and what happens at the end.</param>
    /// <param name="ct">Ends the serving.</param>
    /// <exception cref="DeploymentException">The deployment has faults; the message names them all.</exception>
    public Task ServeAsync(
        string name, string? cron = null, TimeSpan? interval = null, string? timeZone = null, object? parameters = null, IReadOnlyList<string>? tags = null,
        ServeOptions? options = null, CancellationToken ct = default) =>
        Deployment.ServeAsync([ToDeployment(name, cron, interval, timeZone, parameters, tags)], options, ct);

    /// <summary>Registers a deployment of this flow for the workers of a work pool.</summary>
    /// <param name="name">The deployment's name.</param>
    /// <param name="workPool">The work pool.</param>
    /// <param name="image">The container image that has the program in it, for pools of containers.</param>
    /// <param name="cron">As in <see cref="ToDeployment"/>.</param>
    /// <param name="interval">As in <see cref="ToDeployment"/>.</param>
    /// <param name="timeZone">As in <see cref="ToDeployment"/>.</param>
    /// <param name="parameters">As in <see cref="ToDeployment"/>.</param>
    /// <param name="tags">As in <see cref="ToDeployment"/>.</param>
    /// <param name="jobVariables">Values for the pool's job template, as an object: <c>new { cpu = 2 }</c>.</param>
    /// <param name="ct">Cancels the requests.</param>
    /// <returns>The deployment's id.</returns>
    /// <exception cref="DeploymentException">The deployment has faults; the message names them all.</exception>
    public Task<Guid> DeployAsync(
        string name, string workPool, string? image = null, string? cron = null, TimeSpan? interval = null, string? timeZone = null, object? parameters = null,
        IReadOnlyList<string>? tags = null, object? jobVariables = null, CancellationToken ct = default)
    {
        var deployment = ToDeployment(name, cron, interval, timeZone, parameters, tags) with { WorkPool = workPool, Image = image, JobVariables = jobVariables };
        return deployment.ApplyAsync(ct);
    }

    private static Flow Of(Type? type, string method)
    {
        var flows = type is null ? [] : FlowCatalog.Of(type.Assembly);
        var found = flows.Where(flow => flow.Type == type!.FullName && flow.Method == method).ToList();
        return found switch
        {
            [var only] => new Flow(only, type!.Assembly, null),
            [_, ..] => throw new ArgumentException($"'{type!.Name}' has {found.Count} flows called '{method}', which nothing tells apart. Rename one of them.", nameof(method)),
            _ when method.Contains('<', StringComparison.Ordinal) => throw new ArgumentException("A lambda or local function is no flow. Give the method itself: Flow.Of(Etl).", nameof(method)),
            _ => throw new ArgumentException(
                $"'{type?.Name}.{method}' is no flow: it is not marked [Flow], or its project does not reference the package Reeve, whose generator describes flows.", nameof(method)),
        };
    }
}
