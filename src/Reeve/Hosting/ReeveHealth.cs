using Reeve.Deployments;

namespace Reeve;

/// <summary>
/// Whether a host serves its deployments, for its health checks. Taken from the services:
/// <c>app.MapGet("/health/flows", (ReeveHealth health) =&gt; health.IsHealthy ? Results.Ok(health.Description) : Results.Problem(health.Description))</c>.
/// </summary>
public sealed class ReeveHealth
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private DeploymentServer? _server;
    private Exception? _fault;
    private DateTimeOffset? _lastContact;

    internal ReeveHealth(TimeProvider time) => _time = time;

    /// <summary>False when the API did not answer the last question, or the serving ended by a fault. A host that serves nothing is healthy.</summary>
    public bool IsHealthy
    {
        get
        {
            lock (_gate)
                return _fault is null;
        }
    }

    /// <summary>When the API last answered; null before the first answer.</summary>
    public DateTimeOffset? LastContact
    {
        get
        {
            lock (_gate)
                return _lastContact;
        }
    }

    /// <summary>How many served runs are under way.</summary>
    public int ActiveRuns
    {
        get
        {
            lock (_gate)
                return _server?.ActiveRuns ?? 0;
        }
    }

    /// <summary>One sentence for people.</summary>
    public string Description
    {
        get
        {
            lock (_gate)
            {
                return _fault is { } fault ? fault.Message
                    : _server is null ? "No deployment is served."
                    : _lastContact is null ? "The API has not answered yet."
                    : $"Serving; {_server.ActiveRuns} run(s) under way.";
            }
        }
    }

    internal void Serve(DeploymentServer server)
    {
        lock (_gate)
            _server = server;
    }

    internal void Note(Exception? fault)
    {
        lock (_gate)
        {
            _fault = fault;
            if (fault is null)
                _lastContact = _time.GetUtcNow();
        }
    }
}
