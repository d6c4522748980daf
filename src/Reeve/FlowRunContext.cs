using Reeve.Calls;
using Reeve.Client;
using Reeve.Engine;

namespace Reeve;

/// <summary>The flow run that this code runs in.</summary>
public sealed partial class FlowRunContext
{
    private static readonly AsyncLocal<FlowRunContext?> Ambient = new();
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<CallIdentity, int> _equalCalls = [];
    private readonly Lock _gate = new();
    private CancellationToken _attemptToken;
    private int _attempt;
    private int _pauses;

    internal FlowRunContext(EngineSession session, OrchestrationClient client, FlowDescriptor flow, Guid id, string name, RunLogger logger, RunStop stop)
    {
        Session = session;
        Client = client;
        Flow = flow;
        Id = id;
        Name = name;
        Logger = logger;
        Stop = stop;
    }

    /// <summary>The current flow run; null outside of one.</summary>
    public static FlowRunContext? Current
    {
        get => Ambient.Value;
        internal set => Ambient.Value = value;
    }

    /// <summary>The run's id.</summary>
    public Guid Id { get; }

    /// <summary>The run's name, such as "brave-otter".</summary>
    public string Name { get; }

    /// <summary>The flow's name.</summary>
    public string FlowName => Flow.Name;

    /// <summary>The run's logger.</summary>
    public RunLogger Logger { get; }

    /// <summary>Cancelled when the run is to stop: cancelled by somebody, timed out, its process told to end, or its lease lost.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            lock (_gate)
                return _attemptToken.CanBeCanceled ? _attemptToken : Stop.Token;
        }
    }

    internal EngineSession Session { get; }

    /// <summary>The client whose writes carry the run's lease.</summary>
    internal OrchestrationClient Client { get; }

    internal FlowDescriptor Flow { get; }

    /// <summary>Which task runs the objects of this run came from.</summary>
    internal ResultOrigins Origins { get; } = new();

    /// <summary>The tasks that were submitted and have not ended.</summary>
    internal Submissions Submitted => field ??= new Submissions(this);

    internal RunStop Stop { get; }

    /// <summary>Whether another flow called it, which may call it again.</summary>
    internal bool IsSubflow => Run?.ParentTaskRunId is not null;

    /// <summary>Runs what the flow submits; null: the default.</summary>
    internal TaskRunner? TaskRunner { get; init; }

    internal bool LogsPrints => Logger.LogsPrints;

    /// <summary>The number of a call of a task within this attempt; the same call has the same number when the flow is tried again.</summary>
    internal int NextCall(string taskKey)
    {
        lock (_gate)
        {
            var number = _calls.GetValueOrDefault(taskKey);
            _calls[taskKey] = number + 1;
            return number;
        }
    }

    /// <summary>How many calls equal to this one came before it in this attempt.</summary>
    internal int NextOrdinal(CallIdentity call)
    {
        lock (_gate)
        {
            ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_equalCalls, call, out _);
            return count++;
        }
    }

    /// <summary>Whether an earlier attempt, here or in another process, may have run the tasks that are called now.</summary>
    internal bool MayHaveRunBefore => Run is not { RunCount: 0 } || _attempt > 1;

    internal void BeginAttempt(int attempt, CancellationToken token)
    {
        lock (_gate)
        {
            _calls.Clear();
            _equalCalls.Clear();
            _attempt = attempt;
            _attemptToken = token;
            _pauses = 0;
            _heard.Clear();
        }
    }
}
