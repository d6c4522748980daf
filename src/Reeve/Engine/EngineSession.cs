using System.Collections.Concurrent;
using Reeve.Calls;
using Reeve.Client;
using Reeve.Logging;
using Reeve.Protocol.Runs;
using Reeve.Results;
using Reeve.Settings;
using Reeve.Spooling;

namespace Reeve.Engine;

/// <summary>What the runs of a process share: the client, the log upload, the leases, the clock.</summary>
internal sealed class EngineSession : IAsyncDisposable
{
    private static readonly AsyncLocal<EngineSession?> Override = new();
    private static readonly Lazy<EngineSession> Process = new(() =>
    {
        var settings = ReeveSettings.Load();
        return new EngineSession(settings, new ApiConnection(settings, RetryPolicy.Patient), TimeProvider.System) { _warmUp = Task.Run(WarmUp.Run) };
    });

    private readonly ConcurrentDictionary<string, Guid> _flowIds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);
    private readonly ApiConnection _connection;
    private readonly Lazy<EventUpload> _events;
    private readonly TimeSpan _awayAfter;
    private Task _warmUp = Task.CompletedTask;

    public EngineSession(ReeveSettings settings, ApiConnection connection, TimeProvider time)
    {
        _connection = connection;
        _awayAfter = AwayAfter(settings);
        Client = new OrchestrationClient(connection) { AwayAfter = _awayAfter };
        States = new LateStates(connection, settings.Home, time);
        Time = time;
        Settings = settings;
        LogLevel = RunLogLevels.Parse(settings.LoggingLevel);
        Logs = new LogUpload(Client, time, new LogUploadLimits(), new LogSpool(settings.Home, connection.ApiUrl, time), Secrets);
        Leases = new LeaseKeeper(Client, time, settings);
        Results = new ResultStore(settings.Home);
        Defaults = new RunDefaults(settings);
        RunResults = new RunResults(Results, new ResultPlaces(Client, time), Defaults);
        _events = new(() => new EventUpload(connection, settings.Home, time));
        Home = settings.Home;
        UiUrl = settings.UiUrl.ToString().TrimEnd('/');
    }

    /// <summary>What is masked in everything that a run tells.</summary>
    public SecretVariables Secrets { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The process's session, made on first use; tests put their own in its place.</summary>
    public static EngineSession Current
    {
        get => Override.Value ?? Hosted ?? Process.Value;
        set => Override.Value = value;
    }

    /// <summary>The session of the host that runs in this process; its settings go before those of the process.</summary>
    public static EngineSession? Hosted { get; set; }

    public ReeveSettings Settings { get; }

    /// <summary>Where a host's own lines go; null without a host: then lines of runs go to the standard error stream.</summary>
    public Microsoft.Extensions.Logging.ILoggerFactory? HostLogs { get; init; }

    public OrchestrationClient Client { get; }

    /// <summary>The folder of stored results and of what transactions have committed.</summary>
    public string Home { get; }

    /// <summary>The console's address, without a slash at its end.</summary>
    public string UiUrl { get; }

    public TimeProvider Time { get; }

    public RunLogLevel LogLevel { get; }

    public LogUpload Logs { get; }

    /// <summary>Proposes states, and keeps them while the API is away.</summary>
    public LateStates States { get; }

    /// <summary>What authors tell of; most runs tell nothing, so it is made on first use.</summary>
    public EventUpload Events => _events.Value;

    public LeaseKeeper Leases { get; }

    public ResultStore Results { get; }

    /// <summary>What code outside of flows has submitted.</summary>
    public Submissions Submitted { get; } = new(null);

    /// <summary>What the settings say where neither a call nor an attribute nor a surrounding run does.</summary>
    public RunDefaults Defaults { get; }

    /// <summary>Results by what the options of a run say of them.</summary>
    public RunResults RunResults { get; }

    /// <summary>How long a body may go on after it was asked to stop, before it is left behind.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the last report may take once the process was told to end.</summary>
    public TimeSpan LastReportLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a program waits at its end for log lines to be stored.</summary>
    public TimeSpan FlushLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Pause between proposals while a run is paused or held.</summary>
    public TimeSpan HeldPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between questions whether a paused run goes on, or was told something.</summary>
    public TimeSpan PausePoll { get; init; } = TimeSpan.FromSeconds(1);

    public async Task<Guid> FlowIdAsync(FlowDescriptor flow, CancellationToken ct)
    {
        if (_flowIds.TryGetValue(flow.Name, out var id))
            return id;

        // The first word to the API in a program run by hand: a person waits, so a missing server is told within seconds. Once the server was
        // there, and for a worker's process, a server that is away is one that comes back.
        var isFirst = _flowIds.IsEmpty && FlowRunContext.Current is null;
        var client = isFirst ? new OrchestrationClient(_connection.With(RetryPolicy.Interactive)) : Client;
        return _flowIds[flow.Name] = (await client.CreateFlowAsync(new FlowCreate { Name = flow.Name }, ct)).Id;
    }

    /// <summary>True the first time that a thing is named: what is true of a task is said once, not for each of its calls.</summary>
    public bool IsFirst(string thing) => _said.TryAdd(thing, true);

    /// <summary>The client for the writes of a run that is held by a lease.</summary>
    public OrchestrationClient ClientFor(Guid? lease) => lease is null ? Client : new OrchestrationClient(_connection.With(lease)) { AwayAfter = _awayAfter };

    /// <summary>Waits until what runs have entered and said is stored, at the API or on the disk, but not longer than a program may take at its end.</summary>
    public Task FlushAsync() => Task.WhenAll(
        States.FlushAsync(FlushLimit),
        _events.IsValueCreated ? _events.Value.FlushAsync(FlushLimit, CancellationToken.None) : Task.CompletedTask,
        Logs.FlushAsync(FlushLimit, CancellationToken.None));

    /// <summary>Waits until the events told so far are stored at the API or on the disk, as long as log lines may take.</summary>
    public Task KeepEventsAsync() => _events.IsValueCreated ? _events.Value.KeepAsync(FlushLimit, CancellationToken.None) : Task.CompletedTask;

    private static TimeSpan AwayAfter(ReeveSettings settings)
    {
        if (settings.Find("ENGINE_SERVER_AWAY_SECONDS") is not { } setting)
            return TimeSpan.FromSeconds(10);
        return double.TryParse(setting.Value, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new SettingsException($"{setting.Name} is '{setting.Value}' ({setting.Source}); it must be a number of seconds above 0 and up to 86400");
    }

    /// <summary>The host has ended; a newer one's session stays.</summary>
    public static void EndHosted(EngineSession session)
    {
        if (Hosted == session)
            Hosted = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_events.IsValueCreated)
            await _events.Value.DisposeAsync();
        await States.DisposeAsync();
        await Leases.DisposeAsync();
        await Logs.DisposeAsync();
        await Submitted.DisposeAsync();
        _connection.Dispose();
        await _warmUp;
    }
}
