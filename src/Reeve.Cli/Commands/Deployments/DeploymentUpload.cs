using Reeve.Deployments.BlockBased;
using Reeve.Deployments.Running;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Uploads the code of a deployment to its storage block, and says what came of it.</summary>
internal static class DeploymentUpload
{
    public static async Task RunAsync(DeploymentFile file, string folder, CliSession session, LineSink sink, CancellationToken ct)
    {
        var result = await new StorageTransfer(session.Client, sink).UploadAsync(file, folder, ct);
        if (result.Fault is { } fault)
            throw new CliException(fault, result.Hint);
        if (result.Note is { } note)
            session.Terminal.Out.WriteLine(note);
    }
}
