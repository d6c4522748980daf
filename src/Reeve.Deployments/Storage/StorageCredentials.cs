using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Clouds.Aws;
using Reeve.Deployments.Clouds.Google;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Storage.AzureBlob;
using Reeve.Deployments.Storage.Gcs;
using Reeve.Deployments.Storage.S3;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Storage;

/// <summary>Opens stores with credentials as blocks, steps and fsspec's settings write them; what is secret in them is masked from then on.</summary>
internal static class StorageCredentials
{
    private static readonly string[] SecretNames =
    [
        "aws_secret_access_key", "aws_session_token", "minio_root_password", "secret", "connection_string", "azure_storage_connection_string", "account_key", "azure_storage_account_key",
        "sas_token", "client_secret", "azure_storage_client_secret", "private_key", "refresh_token", "token", "password", "access_token",
    ];

    private static readonly HttpClient TokenRequests = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    public static S3Store OpenS3(string bucket, JsonObject? credentials, JsonObject? clientParameters, int parallel, SecretRegistry secrets) => Opened(() =>
    {
        Keep(credentials, secrets);
        Keep(clientParameters, secrets);
        // boto takes keys among the parameters of the client as well.
        var data = credentials?.DeepClone() as JsonObject ?? [];
        foreach (var name in (string[])["aws_access_key_id", "aws_secret_access_key", "aws_session_token"])
            if (data[name] is null && clientParameters?[name] is { } value)
                data[name] = value.DeepClone();
        return new S3Store(AwsAccount.Read(data, clientParameters, Environment.GetEnvironmentVariable), bucket, parallel);
    });

    public static AzureBlobStore OpenAzureBlob(string container, JsonObject? credentials, int parallel, SecretRegistry secrets) => Opened(() =>
    {
        var data = credentials ?? FromEnvironment();
        Keep(data, secrets);
        return new AzureBlobStore(AzureBlobAccount.Read(data), container, parallel, TimeProvider.System);
    });

    public static GcsStore OpenGcs(string bucket, JsonObject? credentials, int parallel, SecretRegistry secrets, string? endpoint = null) => Opened(() =>
    {
        Keep(credentials, secrets);
        KeepKey(credentials?["service_account_info"], secrets);
        // Google's own clients take the emulator's address from here, and ask it without credentials.
        var emulator = Environment.GetEnvironmentVariable("STORAGE_EMULATOR_HOST") is { Length: > 0 } host ? host.Contains("://", StringComparison.Ordinal) ? host : $"http://{host}" : null;
        var isAnonymous = credentials?["anon"] is JsonValue flag && flag.TryGetValue<bool>(out var anonymous) && anonymous;
        var identity = isAnonymous || (emulator is not null && credentials is null) ? null : GoogleIdentity.Read(credentials, new CloudHttp(TokenRequests, TimeProvider.System));
        return new GcsStore(identity, bucket, (endpoint ?? emulator ?? GcsStore.GoogleEndpoint).TrimEnd('/'), parallel);
    });

    private static T Opened<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is CloudIdentityException or AzureBlobAccountException)
        {
            throw new StepException(exception.Message, exception);
        }
    }

    private static JsonObject FromEnvironment()
    {
        var data = new JsonObject();
        foreach (var (field, variable) in ((string, string)[])[("connection_string", "AZURE_STORAGE_CONNECTION_STRING"), ("account_name", "AZURE_STORAGE_ACCOUNT"),
            ("account_key", "AZURE_STORAGE_KEY"), ("sas_token", "AZURE_STORAGE_SAS_TOKEN")])
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
                data[field] = value;
        return data.Count > 0 ? data
            : throw new AzureBlobAccountException("there are no Azure credentials: give 'credentials: \"{{ prefect.blocks.azure-blob-storage-credentials.NAME }}\"', or set AZURE_STORAGE_CONNECTION_STRING");
    }

    private static void Keep(JsonObject? data, SecretRegistry secrets)
    {
        foreach (var (name, value) in data ?? [])
        {
            if (value is JsonObject inner)
                Keep(inner, secrets);
            else if (SecretNames.Contains(name) && value is JsonValue leaf && leaf.TryGetValue<string>(out var text))
            {
                secrets.Add(text);
                foreach (var part in text.Split(';')) // of a connection string the key alone is the secret
                    if (part.StartsWith("AccountKey=", StringComparison.OrdinalIgnoreCase) || part.StartsWith("SharedAccessSignature=", StringComparison.OrdinalIgnoreCase))
                        secrets.Add(part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            }
        }
    }

    private static void KeepKey(JsonNode? info, SecretRegistry secrets)
    {
        if (info is not JsonValue value || !value.TryGetValue<string>(out var text))
            return;
        try
        {
            Keep(JsonNode.Parse(text) as JsonObject, secrets);
        }
        catch (JsonException)
        {
            secrets.Add(text);
        }
    }
}
