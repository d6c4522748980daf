using System.Text.Json.Nodes;
using Reeve.Deployments.Storage;

namespace Reeve.Deployments.Steps.Storage;

/// <summary>Brings what lies behind an address with a scheme (s3://, gs://, az://, file://, http://) into a folder named like it. Other inputs are fsspec's settings.</summary>
internal sealed class PullFromRemoteStorageStep : IStep
{
    public StepSignature Signature { get; } = new("pull_from_remote_storage", [new("url", StepInputKind.Text, Required: true)], ["directory"]) { TakesAnyKey = true };

    public async Task<JsonObject> RunAsync(JsonObject inputs, StepContext context, CancellationToken ct)
    {
        var url = inputs.RequiredText("url").Trim();
        var settings = inputs.DeepClone().AsObject();
        settings.Remove("url");
        using var place = RemotePlace.Open(url, settings, context);
        var directory = FolderOf(url, place);
        Directory.CreateDirectory(context.Resolve(directory));
        await StoreTransfer.RunAsync(Signature.Name, () => place.DownloadAsync(null, context.Resolve(directory), context, ct));
        return new JsonObject { ["directory"] = directory };
    }

    // "s3://bucket/folder" goes to "bucket/folder"; one file goes to where its folder would.
    private static string FolderOf(string url, CodeStore place)
    {
        var at = url.IndexOf("://", StringComparison.Ordinal);
        var parts = (at < 0 ? url : url[(at + 3)..]).Split('?', '#')[0].Split('/', '\\').Where(part => part is not ("" or "." or "..")).ToList();
        if (place is WebPlace && parts.Count > 1)
            parts.RemoveAt(parts.Count - 1);
        return string.Join('/', parts.Select(part => part.Contains('@', StringComparison.Ordinal) ? part.Split('@')[0] : part.Replace(':', '-')));
    }
}
