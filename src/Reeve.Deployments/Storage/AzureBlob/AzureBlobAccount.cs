using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds.Azure;

namespace Reeve.Deployments.Storage.AzureBlob;

/// <summary>Thrown for a connection string or an account that cannot be used; the message holds no key.</summary>
internal sealed class AzureBlobAccountException(string message) : Exception(message);

/// <summary>A storage account: where its blobs are, and how a request to it is allowed: by the account's key, a signature in the address (SAS), a token, or nothing.</summary>
internal sealed record AzureBlobAccount
{
    private const string EmulatorName = "devstoreaccount1";

    // Microsoft publishes it: every emulator has this key.
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public required Uri Endpoint { get; init; }

    public required string Name { get; init; }

    public byte[]? Key { get; init; }

    /// <summary>Without the question mark.</summary>
    public string? Sas { get; init; }

    public AzureIdentity? Identity { get; init; }

    public string Who => (Key, Sas, Identity) switch
    {
        ({ }, _, _) => $"the key of the account '{Name}'",
        (_, { }, _) => "the SAS",
        (_, _, { } identity) => identity.Description,
        _ => "somebody without credentials",
    };

    /// <summary>Reads an <c>azure-blob-storage-credentials</c> block (<c>connection_string</c>, or <c>account_url</c> with an identity), or the fields of the old <c>azure</c> block and of fsspec's settings.</summary>
    /// <exception cref="AzureBlobAccountException">There is nothing to go by, or it is not what it should be.</exception>
    public static AzureBlobAccount Read(JsonObject? data)
    {
        data ??= [];
        var connection = Text(data, "connection_string") ?? Text(data, "azure_storage_connection_string");
        if (connection is not null)
            return FromConnectionString(connection);
        var name = Text(data, "account_name") ?? Text(data, "azure_storage_account_name");
        var key = Text(data, "account_key") ?? Text(data, "azure_storage_account_key");
        var address = Text(data, "account_url") ?? (name is null ? null : $"https://{name}.blob.core.windows.net");
        if (address is null)
            throw new AzureBlobAccountException("the Azure credentials have neither a connection_string nor an account_url");
        var (endpoint, sas) = ParseAddress(address);
        sas ??= Text(data, "sas_token")?.TrimStart('?');
        var isAnonymous = key is null && sas is null && Flag(data, "anon") == true;
        return new AzureBlobAccount
        {
            Endpoint = endpoint,
            Name = name ?? NameOf(endpoint),
            Key = key is null ? null : KeyBytes(key),
            Sas = sas,
            Identity = key is null && sas is null && !isAnonymous ? AzureIdentity.Read(data) : null,
        };
    }

    public static AzureBlobAccount FromConnectionString(string text)
    {
        Dictionary<string, string> parts = new(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                throw new AzureBlobAccountException("the connection string is not one: it should read 'AccountName=…;AccountKey=…', as 'az storage account show-connection-string' prints it");
            parts[part[..at]] = part[(at + 1)..];
        }
        var isEmulator = parts.GetValueOrDefault("UseDevelopmentStorage")?.Equals("true", StringComparison.OrdinalIgnoreCase) == true;
        var proxy = parts.GetValueOrDefault("DevelopmentStorageProxyUri") ?? "http://127.0.0.1";
        var name = parts.GetValueOrDefault("AccountName") ?? (isEmulator ? EmulatorName : null);
        var key = parts.GetValueOrDefault("AccountKey") ?? (isEmulator ? EmulatorKey : null);
        var sas = parts.GetValueOrDefault("SharedAccessSignature")?.TrimStart('?');
        var address = parts.GetValueOrDefault("BlobEndpoint")
            ?? (isEmulator ? $"{proxy.TrimEnd('/')}:10000/{EmulatorName}" : name is null ? null
                : $"{parts.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{name}.blob.{parts.GetValueOrDefault("EndpointSuffix", "core.windows.net")}");
        if (address is null)
            throw new AzureBlobAccountException("the connection string names neither an AccountName nor a BlobEndpoint");
        if (key is null && sas is null)
            throw new AzureBlobAccountException("the connection string has neither an AccountKey nor a SharedAccessSignature; a '#' or a ';' in it may have cut it short");
        var (endpoint, inAddress) = ParseAddress(address);
        return new AzureBlobAccount { Endpoint = endpoint, Name = name ?? NameOf(endpoint), Key = key is null ? null : KeyBytes(key), Sas = key is null ? sas ?? inAddress : null };
    }

    private static (Uri Endpoint, string? Sas) ParseAddress(string address)
    {
        if (!Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            throw new AzureBlobAccountException("the account's address is not one; write it whole: https://ACCOUNT.blob.core.windows.net");
        return (new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), uri.Query.Length > 1 ? uri.Query[1..] : null);
    }

    // An emulator or a private cloud has the account in the path.
    private static string NameOf(Uri endpoint) => endpoint.AbsolutePath.Trim('/') is { Length: > 0 } path ? path.Split('/')[0] : endpoint.Host.Split('.')[0];

    private static byte[] KeyBytes(string key)
    {
        var bytes = new byte[key.Length];
        return Convert.TryFromBase64String(key, bytes, out var count) ? bytes[..count] : throw new AzureBlobAccountException("the account key is not in base64; was it copied whole?");
    }

    private static bool? Flag(JsonObject data, string name) => data[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    private static string? Text(JsonObject data, string name) =>
        data[name] is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
}
