using System.Text.Json.Nodes;
using Reeve.Deployments.Storage;

namespace Reeve.Deployments.Steps.Storage;

/// <summary>Brings the code that a storage block keeps into a folder of the block's name.</summary>
internal sealed class PullWithBlockStep : IStep
{
    public StepSignature Signature { get; } = new("pull_with_block",
    [
        new("block_document_name", StepInputKind.Text, Required: true),
        new("block_type_slug", StepInputKind.Text, Required: true),
    ], ["directory"]);

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var (name, type) = (inputs.RequiredText("block_document_name"), inputs.RequiredText("block_type_slug"));
        var source = context.Scope.Block ?? throw new StepException("pull_with_block: blocks are not known here");
        var block = await source(type, name, ct)
            ?? throw new StepException($"pull_with_block: there is no block '{name}' of type '{type}'; 'block ls' lists those there are");
        var directory = $"{type}-{name}".Replace('/', '-');
        using var storage = StorageBlock.Open(type, block, context);
        Directory.CreateDirectory(context.Resolve(directory));
        await storage.DownloadAsync(null, context.Resolve(directory), ct);
        return new JsonObject { ["directory"] = directory };
    }
}
