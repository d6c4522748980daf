using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Steps.Git;
using Reeve.Deployments.Steps.Storage;
using Reeve.Deployments.Storage.Folders;

namespace Reeve.Deployments.Storage;

/// <summary>A place code is brought from, and perhaps to.</summary>
internal abstract class CodeStore : IDisposable
{
    public abstract bool TakesUploads { get; }

    /// <param name="path">Below the place; null for all of it.</param>
    public abstract Task DownloadAsync(string? path, string directory, StepContext context, CancellationToken ct);

    public abstract Task<int> UploadAsync(string directory, string? path, string? ignoreFile, StepContext context, CancellationToken ct);

    public virtual void Dispose()
    {
    }
}

/// <summary>A folder of an object store.</summary>
/// <param name="address">What a path may begin with when it is written whole: "s3://bucket/folder".</param>
internal sealed class ObjectPlace(IObjectStore store, string folder, string address) : CodeStore
{
    public override bool TakesUploads => true;

    public override async Task DownloadAsync(string? path, string directory, StepContext context, CancellationToken ct) =>
        await new FolderPull(store, Prefix(path), StoreTransfer.Options(context)).RunAsync(directory, ct);

    public override Task<int> UploadAsync(string directory, string? path, string? ignoreFile, StepContext context, CancellationToken ct) =>
        new FolderPush(store, Prefix(path), StoreTransfer.Options(context) with { IgnoreFile = ignoreFile }).RunAsync(directory, ct);

    public override void Dispose()
    {
        store.Dispose();
        base.Dispose();
    }

    // Deployments keep the path below the block's as a rule; some keep it whole, with or without the scheme.
    private string Prefix(string? path)
    {
        var rest = path?.Trim() ?? "";
        foreach (var whole in (string[])[address.TrimEnd('/'), address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/')])
            if (rest == whole || rest.StartsWith(whole + "/", StringComparison.Ordinal))
            {
                rest = rest[whole.Length..];
                break;
            }
        if (rest.Contains("://", StringComparison.Ordinal))
            throw new StepException($"the path '{rest}' is not below '{address}', which is where the storage block points");
        if (rest.Split('/', '\\').Contains(".."))
            throw new StepException($"the path '{rest}' leads out of the storage block's folder");
        return ObjectNames.Prefix(folder, rest);
    }
}

/// <summary>A folder of this machine, or one that is mounted.</summary>
internal sealed class FolderPlace(string root) : CodeStore
{
    public override bool TakesUploads => true;

    public override async Task DownloadAsync(string? path, string directory, StepContext context, CancellationToken ct)
    {
        var from = Resolve(path);
        if (!Directory.Exists(from))
            throw new StepException($"the folder '{from}' does not exist on this machine");
        if (Path.TrimEndingDirectorySeparator(from) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)))
            return; // it is here already
        using var store = new LocalFolderStore(from);
        await new FolderPull(store, "", StoreTransfer.Options(context)).RunAsync(directory, ct);
    }

    public override async Task<int> UploadAsync(string directory, string? path, string? ignoreFile, StepContext context, CancellationToken ct)
    {
        var to = Resolve(path);
        if ((to + "/").StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + "/", StringComparison.Ordinal))
            throw new StepException($"the storage folder '{to}' lies in '{directory}', which is to be copied there; choose one outside");
        using var store = new LocalFolderStore(to);
        return await new FolderPush(store, "", StoreTransfer.Options(context) with { IgnoreFile = ignoreFile }).RunAsync(directory, ct);
    }

    private string Resolve(string? path)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path ?? "", root));
        var bound = Path.TrimEndingDirectorySeparator(root);
        return whole == bound || whole.StartsWith(bound + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? whole
            : throw new StepException($"the path '{path}' is not below '{root}', which is where the storage block points");
    }
}

/// <summary>A git repository.</summary>
/// <param name="inputs">Those of git_clone.</param>
/// <param name="keepsGit">Whether the folder .git comes along.</param>
internal sealed class GitPlace(JsonObject inputs, bool keepsGit) : CodeStore
{
    public override bool TakesUploads => false;

    public override async Task DownloadAsync(string? path, string directory, StepContext context, CancellationToken ct)
    {
        var beside = Path.Combine(directory, $".reeve-pull-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(beside);
        try
        {
            var clone = new StepContext { WorkingDirectory = beside, Sink = context.Sink, Secrets = context.Secrets, Scope = context.Scope, Home = context.Home, Time = context.Time };
            var outputs = await new GitCloneStep().RunAsync(inputs.DeepClone().AsObject(), clone, ct);
            var root = clone.Resolve(outputs["directory"]!.ToString());
            if (!keepsGit)
                Directory.Delete(Path.Combine(root, ".git"), recursive: true);
            var from = Path.GetFullPath(path ?? "", root);
            if (from != root && !from.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new StepException($"the path '{path}' leads out of the repository");
            if (!Directory.Exists(from))
                throw new StepException($"the repository has no folder '{path}'");
            if (LinkOnTheWay(root, from) is { } link)
                throw new StepException($"the path '{path}' leads through '{link}', a symbolic link of the repository; name the folder itself");
            MoveContents(from, directory);
        }
        finally
        {
            Directory.Delete(beside, recursive: true);
        }
    }

    public override Task<int> UploadAsync(string directory, string? path, string? ignoreFile, StepContext context, CancellationToken ct) =>
        throw new StepException("code is not uploaded to a git repository: commit and push it with git, and deploy with --skip-upload");

    // What is there is moved away: behind a link that would be files of this machine.
    private static string? LinkOnTheWay(string root, string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null && folder.FullName.Length > root.Length; folder = folder.Parent)
            if (folder.LinkTarget is not null)
                return Path.GetRelativePath(root, folder.FullName);
        return null;
    }

    private static void MoveContents(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                if (new DirectoryInfo(target).LinkTarget is { } leads)
                    throw new StepException($"'{target}' is a link, to '{leads}': nothing is written through it");
                if (entry.Name == ".git" && Directory.Exists(target))
                    Directory.Delete(target, recursive: true); // two histories do not mix
                MoveContents(entry.FullName, target);
            }
            else
                File.Move(entry.FullName, target, overwrite: true);
        }
    }
}
