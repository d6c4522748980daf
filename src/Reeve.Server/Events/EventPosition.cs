namespace Reeve.Server.Events;

/// <summary>A place in the stream of committed events. The transaction comes first: PostgreSQL's may commit in another order than they took their offsets.</summary>
internal readonly record struct EventPosition(long Transaction, long Offset) : IComparable<EventPosition>
{
    public int CompareTo(EventPosition other) => (Transaction, Offset).CompareTo((other.Transaction, other.Offset));
}
