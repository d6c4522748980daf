using Reeve.Protocol.Blocks;

namespace Reeve.Testing.Api;

/// <summary>Variables, by name or id.</summary>
internal static class VariableRoutes
{
    public static void Add(RouteTable routes, MemoryStore store)
    {
        routes.Add("POST variables", call => store.Read(_ =>
        {
            var create = call.Read<VariableCreate>();
            return store.Variables.ContainsKey(create.Name)
                ? MemoryReply.Problem(409, $"A variable with the name {create.Name} already exists.")
                : MemoryReply.Made(store.SetVariable(create.Name, create.Value, create.Tags));
        }));
        routes.Add("POST variables/filter", _ => MemoryReply.Ok(store.Read(s => s.Variables.Values.ToList())));
        routes.Add("GET variables/name/*", call => MemoryReply.Found(store.Read(s => s.Variables.GetValueOrDefault(call.Text(2))), "Variable"));
        routes.Add("PATCH variables/name/*", call => Update(store, call, s => s.Variables.GetValueOrDefault(call.Text(2))));
        routes.Add("PATCH variables/*", call => Update(store, call, s => s.Variables.Values.FirstOrDefault(one => one.Id == call.Id)));
        routes.Add("DELETE variables/name/*", call => Delete(store, s => s.Variables.GetValueOrDefault(call.Text(2))));
        routes.Add("DELETE variables/*", call => Delete(store, s => s.Variables.Values.FirstOrDefault(one => one.Id == call.Id)));
    }

    private static MemoryReply Update(MemoryStore store, MemoryCall call, Func<MemoryStore, Variable?> find) => store.Read(_ =>
    {
        if (find(store) is not { } old)
            return MemoryReply.NotFound("Variable");
        var update = call.Read<VariableUpdate>();
        store.Variables.Remove(old.Name);
        var name = update.Name.Or(old.Name)!;
        store.Variables[name] = old with { Name = name, Value = update.Value.Or(old.Value), Tags = update.Tags.Or(old.Tags)!, Updated = store.Now };
        return MemoryReply.Nothing;
    });

    private static MemoryReply Delete(MemoryStore store, Func<MemoryStore, Variable?> find) => store.Read(_ =>
    {
        if (find(store) is not { } old)
            return MemoryReply.NotFound("Variable");
        store.Variables.Remove(old.Name);
        return MemoryReply.Nothing;
    });
}
