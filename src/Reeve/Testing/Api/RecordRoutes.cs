using Reeve.Protocol.Artifacts;
using Reeve.Protocol.Events;
using Reeve.Protocol.Logs;

namespace Reeve.Testing.Api;

/// <summary>What runs write down: log lines, events, artifacts.</summary>
internal static class RecordRoutes
{
    public static void Add(RouteTable routes, MemoryStore store)
    {
        routes.Add("POST logs", call => store.Read(_ =>
        {
            store.Logs.AddRange(call.Read<List<LogCreate>>());
            return new MemoryReply(201, []);
        }));
        routes.Add("POST events", call => store.Read(_ =>
        {
            store.Events.AddRange(call.Read<List<Event>>().Where(e => store.Events.TrueForAll(known => known.Id != e.Id)));
            return MemoryReply.Nothing;
        }));
        routes.Add("POST artifacts", call => MemoryReply.Made(Create(store, call.Read<ArtifactCreate>())));
        routes.Add("POST artifacts/filter", _ => MemoryReply.Ok(store.Read(s => s.Artifacts.ToList())));
        routes.Add("GET artifacts/*", call => MemoryReply.Found(store.Read(s => s.Artifacts.Find(one => one.Id == call.Id)), "Artifact"));
        routes.Add("PATCH artifacts/*", call => Update(store, call));
    }

    private static Artifact Create(MemoryStore store, ArtifactCreate create) => store.Read(_ =>
    {
        var artifact = new Artifact
        {
            Id = store.NewId(),
            Created = store.Now,
            Updated = store.Now,
            Key = create.Key,
            Type = create.Type,
            Description = create.Description,
            Data = create.Data,
            Metadata = create.Metadata,
            FlowRunId = create.FlowRunId,
            TaskRunId = create.TaskRunId,
        };
        store.Artifacts.Add(artifact);
        return artifact;
    });

    private static MemoryReply Update(MemoryStore store, MemoryCall call) => store.Read(_ =>
    {
        var index = store.Artifacts.FindIndex(one => one.Id == call.Id);
        if (index < 0)
            return MemoryReply.NotFound("Artifact");
        var (old, update) = (store.Artifacts[index], call.Read<ArtifactUpdate>());
        store.Artifacts[index] = old with
        {
            Updated = store.Now,
            Data = update.Data.Or(old.Data),
            Description = update.Description.Or(old.Description),
            Metadata = update.Metadata.Or(old.Metadata),
        };
        return MemoryReply.Nothing;
    });
}
