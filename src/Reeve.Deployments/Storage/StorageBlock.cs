using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Storage;

/// <summary>
/// A block that code is kept in, as deployments of the old road and <c>pull_with_block</c> name it: local and remote file systems, S3, GCS,
/// Azure, and git repositories to download from.
/// </summary>
public sealed class StorageBlock : IDisposable
{
    private readonly CodeStore _place;
    private readonly StepContext _context;
    private readonly string _what;

    private StorageBlock(CodeStore place, StepContext context, string what) => (_place, _context, _what) = (place, context, what);

    /// <summary>The types there are, and what messages name.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        "azure", "azure-blob-storage-container", "bitbucket-repository", "gcs", "gcs-bucket", "github", "github-repository", "gitlab-repository", "local-file-system", "remote-file-system", "s3", "s3-bucket",
    ];

    /// <summary>Whether code can be put there; git repositories are only read.</summary>
    public bool TakesUploads => _place.TakesUploads;

    /// <summary>Reads the block; nothing is connected to yet. Its secrets are masked in the context from then on.</summary>
    /// <param name="type">The slug of its type.</param>
    /// <param name="block">Its data, secrets included, with the blocks it refers to in their places.</param>
    /// <param name="context">Where lines go, and what relative paths start from.</param>
    /// <exception cref="StepException">The type is none that code can be kept in, or a field is missing or wrong.</exception>
    public static StorageBlock Open(string type, BlockData block, StepContext context)
    {
        context.Secrets.AddSecretFields(block.Data, block.SecretFields);
        var data = block.Data;
        try
        {
            return new StorageBlock(Place(type, data, context), context, $"storage block of the type '{type}'");
        }
        catch (CloudIdentityException exception)
        {
            throw new StepException($"storage block of the type '{type}': {exception.Message}", exception);
        }
    }

    /// <summary>Brings what lies below the path in the block into the directory, all of it or nothing.</summary>
    /// <param name="path">Below the block's own; null for all.</param>
    /// <exception cref="StepException">Whatever goes wrong for the user.</exception>
    public Task DownloadAsync(string? path, string directory, CancellationToken ct) =>
        Steps.Storage.StoreTransfer.RunAsync(_what, () => _place.DownloadAsync(string.IsNullOrWhiteSpace(path) ? null : path, directory, _context, ct));

    /// <summary>Puts the directory's files there, without those that the ignore file names, and gives their number. Nothing is deleted.</summary>
    /// <param name="path">Below the block's own; null for its root.</param>
    /// <param name="ignoreFile">Null: the usual ones, <c>.prefectignore</c> and <c>.reeveignore</c>.</param>
    /// <exception cref="StepException">Whatever goes wrong for the user.</exception>
    public async Task<int> UploadAsync(string directory, string? path, string? ignoreFile, CancellationToken ct)
    {
        var count = 0;
        await Steps.Storage.StoreTransfer.RunAsync(_what, async () => count = await _place.UploadAsync(directory, string.IsNullOrWhiteSpace(path) ? null : path, ignoreFile, _context, ct));
        return count;
    }

    public void Dispose() => _place.Dispose();

    private static CodeStore Place(string type, JsonObject data, StepContext context) => type switch
    {
        "local-file-system" => new FolderPlace(LocalRoot(data.Text("basepath"), context)),
        "remote-file-system" => RemotePlace.Open(data.RequiredText("basepath"), data["settings"] as JsonObject ?? [], context),
        "s3" => Bucket("s3", data.RequiredText("bucket_path"), bucket => StorageCredentials.OpenS3(bucket, Named(data), null, TransferOptions.DefaultParallel, context.Secrets)),
        "s3-bucket" => Bucket("s3", $"{data.RequiredText("bucket_name")}/{data.Text("bucket_folder")}",
            bucket => StorageCredentials.OpenS3(bucket, data["credentials"] as JsonObject, null, TransferOptions.DefaultParallel, context.Secrets)),
        "gcs" => Bucket("gs", data.RequiredText("bucket_path"), bucket => StorageCredentials.OpenGcs(bucket, Named(data), TransferOptions.DefaultParallel, context.Secrets)),
        "gcs-bucket" => Bucket("gs", $"{data.RequiredText("bucket")}/{data.Text("bucket_folder")}",
            bucket => StorageCredentials.OpenGcs(bucket, data["gcp_credentials"] as JsonObject, TransferOptions.DefaultParallel, context.Secrets)),
        "azure" => Bucket("az", $"{data.Text("azure_storage_container")}/{data.RequiredText("bucket_path")}",
            container => StorageCredentials.OpenAzureBlob(container, Azure(data), TransferOptions.DefaultParallel, context.Secrets)),
        "azure-blob-storage-container" => Bucket("az", $"{data.RequiredText("container_name")}/{data.Text("base_folder")}",
            container => StorageCredentials.OpenAzureBlob(container, data["credentials"] as JsonObject, TransferOptions.DefaultParallel, context.Secrets)),
        "github" => Git(data.RequiredText("repository"), data, data.Text("access_token") is { Length: > 0 } token ? JsonValue.Create(token) : null, data.Flag("include_git_objects", true)),
        "github-repository" => Git(data.RequiredText("repository_url"), data, data["credentials"], keepsGit: true),
        "gitlab-repository" => Git(data.RequiredText("repository"), data, data["credentials"], keepsGit: true),
        "bitbucket-repository" => Git(data.RequiredText("repository"), data, data["bitbucket_credentials"], keepsGit: true),
        "smb" => throw new StepException("SMB shares are not spoken to directly: mount the share, and use a local-file-system block with the folder it is mounted at"),
        _ => throw new StepException($"no code can be kept in a block of the type '{type}'; the types for it are {string.Join(", ", Types)}"),
    };

    private static ObjectPlace Bucket(string scheme, string text, Func<string, IObjectStore> open)
    {
        var path = text.Contains("://", StringComparison.Ordinal) ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..] : text;
        var parts = path.Trim('/').Split('/', 2);
        if (parts[0].Length == 0)
            throw new StepException($"'{text}' does not name a bucket; write BUCKET or BUCKET/FOLDER");
        return new ObjectPlace(open(parts[0]), parts.ElementAtOrDefault(1) ?? "", $"{scheme}://{path.Trim('/')}");
    }

    private static GitPlace Git(string repository, JsonObject data, JsonNode? credentials, bool keepsGit)
    {
        var inputs = new JsonObject { ["repository"] = repository };
        if (data.Text("reference") is { Length: > 0 } reference)
            inputs["branch"] = reference;
        if (credentials is JsonValue token)
            inputs["access_token"] = token.DeepClone();
        else if (credentials is not null)
            inputs["credentials"] = credentials.DeepClone();
        return new GitPlace(inputs, keepsGit);
    }

    // The fields that say who one is; without any, the machine's own identity is meant.
    private static JsonObject? Named(JsonObject data)
    {
        var named = new JsonObject();
        foreach (var (name, value) in data)
            if (value is not null && (name.StartsWith("aws_", StringComparison.Ordinal) || name is "service_account_info" or "project" or "region_name" or "endpoint_url"))
                named[name] = value.DeepClone();
        return named.Count == 0 ? null : named;
    }

    private static JsonObject Azure(JsonObject data)
    {
        var fields = data.DeepClone().AsObject();
        // The block's default is true, and it is heeded only when nothing else says who one is.
        fields["anon"] = data.Flag("azure_storage_anon", true) && data.Text("azure_storage_client_id") is null;
        return fields;
    }

    internal static string LocalRoot(string? basepath, StepContext context)
    {
        var root = basepath is { Length: > 0 } ? basepath
            : Environment.GetEnvironmentVariable("REEVE_LOCAL_STORAGE_PATH") ?? Environment.GetEnvironmentVariable("PREFECT_LOCAL_STORAGE_PATH") ?? "~/.prefect/storage";
        return context.Resolve(root.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), root[2..]) : root);
    }
}
