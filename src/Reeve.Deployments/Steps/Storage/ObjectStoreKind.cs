using System.Text.Json.Nodes;
using Reeve.Deployments.Storage;

namespace Reeve.Deployments.Steps.Storage;

/// <summary>A kind of object store as its steps know it: what they are called, what they take, and how the store is opened.</summary>
internal sealed record ObjectStoreKind(string Name, string Container, string CredentialsBlock, StepPackage Package, IReadOnlyList<StepInput> Inputs)
{
    public required Func<string, JsonObject, JsonObject?, int, StepContext, IObjectStore> Open { get; init; }

    public static ObjectStoreKind S3 { get; } = new("s3", "bucket", "aws-credentials or minio-credentials", StepPackage.Aws, [new("client_parameters", StepInputKind.Map)])
    {
        Open = (bucket, inputs, credentials, parallel, context) => StorageCredentials.OpenS3(bucket, credentials, inputs["client_parameters"] as JsonObject, parallel, context.Secrets),
    };

    public static ObjectStoreKind AzureBlob { get; } = new("azure_blob_storage", "container", "azure-blob-storage-credentials", StepPackage.Azure, [])
    {
        Open = (container, _, credentials, parallel, context) => StorageCredentials.OpenAzureBlob(container, credentials, parallel, context.Secrets),
    };

    /// <summary>The project is taken and not needed: a bucket's name is one in the world.</summary>
    public static ObjectStoreKind Gcs { get; } = new("gcs", "bucket", "gcp-credentials", StepPackage.Gcp, [new("project", StepInputKind.Text), new("endpoint_url", StepInputKind.Text)])
    {
        Open = (bucket, inputs, credentials, parallel, context) => StorageCredentials.OpenGcs(bucket, credentials, parallel, context.Secrets, inputs.Text("endpoint_url")),
    };
}
