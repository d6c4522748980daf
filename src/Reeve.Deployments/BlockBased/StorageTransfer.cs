using Reeve.Client;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Storage;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.BlockBased;

/// <summary>Brings code into storage blocks.</summary>
public sealed class StorageTransfer(OrchestrationClient client, LineSink sink)
{
    /// <summary>Uploads a folder to the storage of a deployment.</summary>
    public async Task<UploadResult> UploadAsync(DeploymentFile file, string folder, CancellationToken ct)
    {
        var schema = file.Storage is { } choice ? (await new BlockKinds(client).FindAsync(choice.Type, ct))?.Schema : null;
        if (!BlockChoices.Can(schema, BlockChoices.TakesFiles))
            return new UploadResult { Note = $"Deployment storage {file.Storage?.ToString() ?? "None"} does not have upload capabilities; no files uploaded. Pass --skip-upload to suppress this warning." };
        sink(new OutputLine(LineLevel.Information, LoggerNames.Deployment, $"Uploading '{folder}' to {file.Storage}"));
        try
        {
            var context = new StepContext { WorkingDirectory = folder, Sink = sink, Scope = ApiSources.Scope(client) };
            using var storage = StorageBlock.Open(file.Storage!.Type, await DataAsync(file.Storage, ct), context);
            await storage.UploadAsync(folder, file.Path, null, ct);
            return new UploadResult();
        }
        catch (StepException exception)
        {
            return new UploadResult { Fault = $"'{file.Storage}': {exception.Message}" };
        }
    }

    // A file keeps the block's data without its secrets; the server has them.
    private async Task<BlockData> DataAsync(BlockChoice choice, CancellationToken ct)
    {
        var document = choice switch
        {
            { Id: { } id } => await client.FindBlockDocumentAsync(id, includeSecrets: true, ct),
            { Name: { } name } => await client.FindBlockDocumentAsync(choice.Type, name, includeSecrets: true, ct),
            _ => null,
        };
        return document is null ? new BlockData(choice.Data, []) : ApiSources.DataOf(document, choice.Type);
    }
}

/// <summary>What came of an upload.</summary>
public sealed record UploadResult
{
    public string? Note { get; init; }

    public string? Fault { get; init; }

    public string? Hint { get; init; }
}
