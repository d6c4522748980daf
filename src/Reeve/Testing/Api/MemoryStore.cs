using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Events;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

/// <summary>What the API in memory keeps beside runs. All access goes through <see cref="Read{T}"/>, which holds the lock.</summary>
internal sealed class MemoryStore(TimeProvider time)
{
    private readonly Lock _gate = new();

    public List<LogCreate> Logs { get; } = [];

    public List<Event> Events { get; } = [];

    public List<Artifact> Artifacts { get; } = [];

    public Dictionary<string, Variable> Variables { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, BlockType> BlockTypes { get; } = new(StringComparer.Ordinal);

    public List<BlockSchema> BlockSchemas { get; } = [];

    public List<BlockDocument> Blocks { get; } = [];

    public List<FlowRunInput> Inputs { get; } = [];

    public Dictionary<string, MemoryLimit> Limits { get; } = new(StringComparer.Ordinal);

    public DateTimeOffset Now => time.GetUtcNow();

    public T Read<T>(Func<MemoryStore, T> read)
    {
        lock (_gate)
            return read(this);
    }

    public Guid NewId() => Ids.New(Now);

    public Variable SetVariable(string name, JsonElement? value, IReadOnlyList<string>? tags) => Read(store =>
    {
        var known = store.Variables.GetValueOrDefault(name);
        return store.Variables[name] = new Variable
        {
            Id = known?.Id ?? NewId(),
            Created = known?.Created ?? Now,
            Updated = Now,
            Name = name,
            Value = value,
            Tags = tags ?? known?.Tags ?? [],
        };
    });
}

/// <summary>A global concurrency limit and who has its slots.</summary>
internal sealed record MemoryLimit(Guid Id, string Name, int Slots)
{
    public Dictionary<Guid, int> Held { get; } = [];

    /// <summary>Slots that were taken without a lease.</summary>
    public int Taken { get; set; }

    public int Free => Slots - Taken - Held.Values.Sum();

    public TakenLimit AsTaken() => new(Id, Name, Slots);
}
