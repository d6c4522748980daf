using Reeve.Engine;

namespace Reeve.Calls;

/// <summary>What futures say of where values came from.</summary>
internal static class Origins
{
    public static IReadOnlyList<ResultOrigin> Of(IReadOnlyList<TaskFuture> sources) =>
        [.. sources.Where(source => source.RunId is not null).Select(source => new ResultOrigin(source.Result, [source.RunId!.Value]))];

    public static IReadOnlyList<Guid> Runs(IReadOnlyList<TaskFuture> waitsFor) => [.. waitsFor.Select(needed => needed.RunId).OfType<Guid>()];
}
