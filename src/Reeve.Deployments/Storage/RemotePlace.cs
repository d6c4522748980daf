using System.Text.Json.Nodes;
using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Storage;

/// <summary>An address with a scheme and the settings that fsspec's file system of that scheme takes.</summary>
internal static class RemotePlace
{
    public const string Schemes = "s3://, gs:// (gcs://), az:// (abfs://, abfss://), file:// and http(s)://";

    /// <exception cref="StepException">The scheme is none of ours, or the settings do not make an identity.</exception>
    public static CodeStore Open(string address, JsonObject settings, StepContext context)
    {
        var at = address.IndexOf("://", StringComparison.Ordinal);
        if (at < 0)
            return new FolderPlace(context.Resolve(address));
        var (scheme, rest) = (address[..at].ToLowerInvariant(), address[(at + 3)..]);
        return scheme switch
        {
            "s3" or "s3a" => InBucket(address, rest, bucket => StorageCredentials.OpenS3(bucket, S3(settings), null, TransferOptions.DefaultParallel, context.Secrets)),
            "gs" or "gcs" => InBucket(address, rest, bucket => StorageCredentials.OpenGcs(bucket, Gcs(settings), TransferOptions.DefaultParallel, context.Secrets, settings.Text("endpoint_url"))),
            "az" or "abfs" or "abfss" => InContainer(address, rest, settings, context),
            "file" or "local" => new FolderPlace(context.Resolve(rest)),
            "http" or "https" => new WebPlace(new Uri(address)),
            "github" => throw new StepException("'github://' is not understood here; clone the repository with git_clone"),
            "smb" => throw new StepException("SMB shares are not spoken to directly; mount the share and write 'file://' with the folder it is mounted at"),
            _ => throw new StepException($"'{scheme}://' is not understood; known are {Schemes}"),
        };
    }

    private static ObjectPlace InBucket(string address, string rest, Func<string, IObjectStore> open)
    {
        var parts = rest.Trim('/').Split('/', 2);
        return parts[0].Length == 0 ? throw new StepException($"'{address}' names no bucket") : new ObjectPlace(open(parts[0]), parts.ElementAtOrDefault(1) ?? "", address);
    }

    // "az://container/folder", or with the account in it: "abfss://container@account.dfs.core.windows.net/folder".
    private static ObjectPlace InContainer(string address, string rest, JsonObject settings, StepContext context)
    {
        var fields = settings.DeepClone().AsObject();
        var parts = rest.Trim('/').Split('/', 2);
        var sides = parts[0].Split('@', 2);
        if (sides.Length == 2)
        {
            fields["account_name"] ??= sides[1].Split('.')[0];
            fields["account_url"] ??= $"https://{sides[1].Replace(".dfs.", ".blob.", StringComparison.Ordinal)}";
        }
        if (sides[0].Length == 0)
            throw new StepException($"'{address}' names no container");
        return new ObjectPlace(StorageCredentials.OpenAzureBlob(sides[0], fields.Count == 0 ? null : fields, TransferOptions.DefaultParallel, context.Secrets), parts.ElementAtOrDefault(1) ?? "", address);
    }

    private static JsonObject? S3(JsonObject settings)
    {
        var client = settings["client_kwargs"] as JsonObject;
        var parameters = client?.DeepClone().AsObject() ?? [];
        foreach (var name in (string[])["endpoint_url", "use_ssl", "verify"])
            if (settings[name] is { } value)
                parameters[name] = value.DeepClone();
        if (settings["config_kwargs"] is JsonObject config)
            parameters["config"] = config.DeepClone();
        if (settings.Flag("anon", false))
            parameters["config"] = new JsonObject { ["signature_version"] = "UNSIGNED" };
        var fields = new JsonObject();
        foreach (var (theirs, ours) in ((string, string)[])[("key", "aws_access_key_id"), ("secret", "aws_secret_access_key"), ("token", "aws_session_token"), ("profile", "profile_name"), ("region_name", "region_name"),
            ("aws_access_key_id", "aws_access_key_id"), ("aws_secret_access_key", "aws_secret_access_key"), ("aws_session_token", "aws_session_token"), ("username", "aws_access_key_id"), ("password", "aws_secret_access_key")])
            if ((settings[theirs] ?? client?[theirs]) is { } value)
                fields[ours] = value.DeepClone();
        if (parameters.Count > 0)
            fields["aws_client_parameters"] = parameters;
        return fields.Count == 0 ? null : fields;
    }

    // gcsfs takes under "token" a key file's path, the key itself, or the name of a way to find one.
    private static JsonObject? Gcs(JsonObject settings) => settings["token"] switch
    {
        JsonObject key => new JsonObject { ["service_account_info"] = key.DeepClone() },
        JsonValue value when value.ToString() is "anon" => new JsonObject { ["anon"] = true },
        JsonValue value when value.ToString() is "google_default" or "cloud" or "cache" or "browser" => null,
        JsonValue value when value.ToString().TrimStart().StartsWith('{') => new JsonObject { ["service_account_info"] = value.DeepClone() },
        JsonValue value => new JsonObject { ["service_account_file"] = value.DeepClone() },
        _ => settings["service_account_info"] is null && settings["service_account_file"] is null ? null : settings.DeepClone().AsObject(),
    };
}
