using System.Text.Json;
using Reeve.Client;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Storage;
using Reeve.Protocol.Blocks;

namespace Reeve.Deployments.Running;

using Deployment = Protocol.Deployments.Deployment;

/// <summary>The code of a block-based deployment: in a folder of this machine, or in a storage block.</summary>
internal sealed class StoredCode(OrchestrationClient client, string workingDirectory, StepContext context)
{
    /// <summary>The folder that the code is in.</summary>
    /// <exception cref="RunPreparationException">It is not there.</exception>
    public async Task<string> FolderAsync(Deployment deployment, string what, CancellationToken ct)
    {
        if (deployment.StorageDocumentId is not { } id)
            return LocalPath(deployment.Path, what);
        var block = await client.FindBlockDocumentAsync(id, includeSecrets: true, ct)
            ?? throw new RunPreparationException($"{what}: its storage block is not there any more");
        return block.BlockType?.Slug == "local-file-system" ? UnderBase(block, deployment.Path, what) : await DownloadedAsync(block, deployment.Path, what, ct);
    }

    private async Task<string> DownloadedAsync(BlockDocument block, string? path, string what, CancellationToken ct)
    {
        var type = block.BlockType?.Slug ?? "";
        try
        {
            context.Log(LineLevel.Information, $"Downloading flow code from storage block '{type}/{block.Name}'{(string.IsNullOrEmpty(path) ? "" : $" at '{path}'")}");
            using var storage = StorageBlock.Open(type, ApiSources.DataOf(block, type), context);
            await storage.DownloadAsync(path, workingDirectory, ct);
            return workingDirectory;
        }
        catch (StepException exception)
        {
            throw new RunPreparationException($"{what}: '{type}/{block.Name}': {exception.Message}", exception);
        }
    }

    private string LocalPath(string? given, string what)
    {
        if (string.IsNullOrEmpty(given))
            return workingDirectory;
        var path = Path.GetFullPath(given, workingDirectory);
        return Directory.Exists(path) ? path : throw new RunPreparationException($"{what}: its path '{given}' does not exist on this machine");
    }

    // A storage that is a folder of this machine is used where it is.
    private string UnderBase(BlockDocument block, string? given, string what)
    {
        var basePath = StorageBlock.LocalRoot(block.Data.TryGetProperty("basepath", out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null, context);
        var path = Path.GetFullPath(given ?? "", basePath);
        if (path != basePath && !path.StartsWith(Path.TrimEndingDirectorySeparator(basePath) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new RunPreparationException($"{what}: the path '{given}' leads out of the storage's folder '{basePath}'");
        return Directory.Exists(path) ? path : throw new RunPreparationException($"{what}: there is no folder '{path}' on this machine; was the code uploaded to 'local-file-system/{block.Name}'?");
    }
}
