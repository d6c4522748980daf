using System.Net;

namespace Reeve.Testing.Api;

/// <summary>Which requests fail on purpose.</summary>
internal sealed class MemoryFaults(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Planned> _planned = [];
    private DateTimeOffset _awayUntil;

    public void Plan(string pattern, MemoryFault fault, int times)
    {
        lock (_gate)
            _planned.Add(new Planned(new RoutePattern(pattern), fault) { Left = times });
    }

    public void GoAway(TimeSpan duration)
    {
        lock (_gate)
            _awayUntil = duration == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time.GetUtcNow() + duration;
    }

    public MemoryFault? Next(MemoryCall call)
    {
        lock (_gate)
        {
            if (time.GetUtcNow() < _awayUntil)
                return MemoryFault.Away;
            if (_planned.Find(planned => planned.Pattern.Fits(call.Method, call.Path)) is not { } found)
                return null;
            if (--found.Left == 0)
                _planned.Remove(found);
            return found.Fault;
        }
    }

    private sealed record Planned(RoutePattern Pattern, MemoryFault Fault)
    {
        public int Left { get; set; }
    }
}

/// <summary>How a request fails: with a status, or without any answer; before it is carried out, or after.</summary>
internal sealed record MemoryFault(HttpStatusCode? Status, bool IsAfterwards)
{
    public static MemoryFault Away { get; } = new(null, IsAfterwards: false);

    public HttpResponseMessage Answer() => Status is { } status
        ? new HttpResponseMessage(status) { Content = new ByteArrayContent([]) }
        : throw new HttpRequestException("The API of the test host is away.");
}
