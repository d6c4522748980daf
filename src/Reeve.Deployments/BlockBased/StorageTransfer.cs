using Reeve.Client;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Running;

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
        return new UploadResult { Fault = $"code cannot be uploaded to a block of kind '{file.Storage!.Type}'" };
    }
}

/// <summary>What came of an upload.</summary>
public sealed record UploadResult
{
    public string? Note { get; init; }

    public string? Fault { get; init; }

    public string? Hint { get; init; }
}
