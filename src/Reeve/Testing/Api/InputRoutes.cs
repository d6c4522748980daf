using System.Text;
using Reeve.Protocol.Runs;

namespace Reeve.Testing.Api;

/// <summary>What is said to flow runs while they run or wait.</summary>
internal static class InputRoutes
{
    public static void Add(RouteTable routes, MemoryStore store)
    {
        routes.Add("POST flow_runs/*/input", call => store.Read(_ =>
        {
            var create = call.Read<FlowRunInputCreate>();
            if (store.Inputs.Exists(input => input.FlowRunId == call.Id && input.Key == create.Key))
                return MemoryReply.Problem(409, "A flow run input with this key already exists.");
            store.Inputs.Add(new FlowRunInput { Id = store.NewId(), FlowRunId = call.Id, Key = create.Key, Value = create.Value, Sender = create.Sender, Created = store.Now, Updated = store.Now });
            return new MemoryReply(201, []);
        }));
        routes.Add("POST flow_runs/*/input/filter", call => MemoryReply.Ok(store.Read(_ =>
        {
            var filter = call.Read<FlowRunInputFilter>();
            return store.Inputs
                .Where(input => input.FlowRunId == call.Id && input.Key.StartsWith(filter.Prefix, StringComparison.Ordinal) && filter.ExcludeKeys?.Contains(input.Key) != true)
                .Take(filter.Limit)
                .ToList();
        })));
        routes.Add("GET flow_runs/*/input/*", call => store.Read(_ => Find(store, call) is { } input
            ? new MemoryReply(200, Encoding.UTF8.GetBytes(input.Value))
            : MemoryReply.NotFound("Flow run input")));
        routes.Add("DELETE flow_runs/*/input/*", call => store.Read(_ => Find(store, call) is { } input && store.Inputs.Remove(input)
            ? MemoryReply.Nothing
            : MemoryReply.NotFound("Flow run input")));
    }

    private static FlowRunInput? Find(MemoryStore store, MemoryCall call) => store.Inputs.Find(input => input.FlowRunId == call.Id && input.Key == call.Text(3));
}
