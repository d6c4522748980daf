using System.Runtime.CompilerServices;

namespace Reeve;

/// <summary>Remembers which objects are blocks that the server keeps. A copy made by <c>with</c> is another object, and no such block.</summary>
internal static class BlockIdentity
{
    private static readonly ConditionalWeakTable<object, object> Ids = [];

    public static Guid? Of(object block) => Ids.TryGetValue(block, out var id) ? (Guid)id : null;

    public static void Set(object block, Guid id) => Ids.AddOrUpdate(block, id);
}
