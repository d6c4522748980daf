using System.Globalization;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;

namespace Reeve.Deployments.Clouds.Aws;

/// <summary>
/// Who a program is to AWS or to a store that speaks its language, in which region and at which address: from an <c>aws-credentials</c> or
/// <c>minio-credentials</c> block, from a mapping with boto's names, or from what the machine knows (environment, profile, container, instance).
/// </summary>
public sealed record AwsAccount
{
    public required AWSCredentials Credentials { get; init; }

    /// <summary>How a message calls the identity, without a secret.</summary>
    public required string Description { get; init; }

    public string? Region { get; init; }

    /// <summary>The address of the service if it is not AWS's own.</summary>
    public Uri? Endpoint { get; init; }

    public bool UsesTls { get; init; } = true;

    public bool VerifiesCertificates { get; init; } = true;

    /// <summary>A file of certificate authorities to trust instead of the system's.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Botocore's <c>config</c>, as given.</summary>
    public JsonObject Config { get; init; } = [];

    /// <summary>Whether S3's buckets stand in the path. As boto does it: at an address of one's own, unless said otherwise.</summary>
    public bool UsesPathStyle => (Config["s3"] as JsonObject)?["addressing_style"]?.ToString() switch
    {
        "path" => true,
        "virtual" => false,
        _ => Endpoint is not null,
    };

    /// <summary>Reads credentials as a block, a step's input or a provider's settings give them; null or empty: the machine's own.</summary>
    /// <exception cref="CloudIdentityException">Half a key pair, or a profile that does not exist.</exception>
    public static AwsAccount Read(JsonObject? data, JsonObject? clientParameters = null, Func<string, string?>? environment = null)
    {
        data ??= [];
        environment ??= Environment.GetEnvironmentVariable;
        var parameters = Merged(data, data["aws_client_parameters"] as JsonObject, clientParameters);
        var key = Text(data, "aws_access_key_id") ?? Text(data, "minio_root_user") ?? Text(data, "access_key_id");
        var secret = Text(data, "aws_secret_access_key") ?? Text(data, "minio_root_password") ?? Text(data, "secret_access_key");
        var token = Text(data, "aws_session_token") ?? Text(data, "session_token");
        var profileName = Text(data, "profile_name");
        if (key is null != secret is null)
            throw new CloudIdentityException($"the AWS credentials have {(key is null ? "a secret access key but no access key id" : "an access key id but no secret access key")}");

        var profile = Profile(profileName);
        var (credentials, description) = (key, profileName) switch
        {
            ({ } id, _) => (token is null ? (AWSCredentials)new BasicAWSCredentials(id, secret) : new SessionAWSCredentials(id, secret, token), $"the access key {id}"),
            (null, { } name) => (AWSCredentialsFactory.GetAWSCredentials(profile, new CredentialProfileStoreChain()), $"the AWS profile '{name}'"),
            _ => (new AwsDefaultCredentials(), "the AWS identity of this machine"),
        };
        var endpoint = Text(parameters, "endpoint_url") ?? environment("AWS_ENDPOINT_URL");
        var verify = parameters["verify"];
        return new AwsAccount
        {
            Credentials = credentials,
            Description = description,
            Region = Text(data, "region_name") ?? Text(parameters, "region_name") ?? profile?.Region?.SystemName ?? environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION")
                ?? Profile(null, environment("AWS_PROFILE"))?.Region?.SystemName,
            Endpoint = endpoint is null ? null : Uri.TryCreate(endpoint, UriKind.Absolute, out var address) ? address
                : throw new CloudIdentityException($"endpoint_url '{endpoint}' is not an address; write it whole: https://minio.example.com:9000"),
            UsesTls = !IsFalse(parameters["use_ssl"]),
            VerifiesCertificates = !IsFalse(verify),
            CertificateFile = Text(parameters, "verify_cert_path") ?? (IsTruth(verify) ? null : verify?.ToString()) ?? environment("AWS_CA_BUNDLE"),
            Config = parameters["config"]?.DeepClone() as JsonObject ?? [],
        };
    }

    /// <summary>Makes a client of the SDK speak to this account.</summary>
    public void Apply(ClientConfig config)
    {
        if (Endpoint is not null)
        {
            config.ServiceURL = Endpoint.AbsoluteUri;
            config.AuthenticationRegion = Region ?? "us-east-1";
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region ?? "us-east-1");
            config.UseHttp = !UsesTls;
        }
        if (Number(Config["read_timeout"]) is { } read)
            config.Timeout = TimeSpan.FromSeconds(read);
        var retries = Config["retries"] as JsonObject;
        if (Number(retries?["max_attempts"]) is { } retried)
            config.MaxErrorRetry = (int)retried;
        else if (Number(retries?["total_max_attempts"]) is { } attempts)
            config.MaxErrorRetry = Math.Max(0, (int)attempts - 1);
        if (!VerifiesCertificates || CertificateFile is not null)
            config.HttpClientFactory = new AwsHttpClients(this);
    }

    /// <summary>The keys as they are now; a role's are got anew before they end.</summary>
    /// <exception cref="CloudIdentityException">There are none here, or the role is not to be had.</exception>
    public async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            return await Credentials.GetCredentialsAsync();
        }
        catch (Exception exception) when (exception is AmazonClientException or AmazonServiceException)
        {
            throw new CloudIdentityException($"{Description} got no keys from AWS: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>A handler that trusts what this account says is to be trusted.</summary>
    public HttpMessageHandler Handler() => CertificateTrust.Handler(VerifiesCertificates, CertificateFile);

    private static CredentialProfile? Profile(string? required, string? optional = null)
    {
        if (new CredentialProfileStoreChain().TryGetProfile(required ?? optional ?? "default", out var profile))
            return profile;
        return required is null ? null
            : throw new CloudIdentityException($"there is no AWS profile '{required}' in ~/.aws/credentials or ~/.aws/config; the profile is looked for on the machine where the step runs");
    }

    // boto takes the parameters of a client beside those of the session; the later say it better.
    private static JsonObject Merged(params JsonObject?[] sources)
    {
        var merged = new JsonObject();
        foreach (var source in sources)
            foreach (var (name, value) in source ?? [])
                if (value is not null)
                    merged[name] = value.DeepClone();
        return merged;
    }

    private static string? Text(JsonObject data, string name) =>
        data[name] is JsonValue value && value.TryGetValue<string>(out var text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static bool IsTruth(JsonNode? value) => value is JsonValue leaf && leaf.TryGetValue<bool>(out _);

    private static bool IsFalse(JsonNode? value) => value is JsonValue leaf && leaf.TryGetValue<bool>(out var truth) && !truth;

    private static double? Number(JsonNode? value) =>
        double.TryParse(value?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>The SDK's own chain, gone through when the first request needs it: asking an instance's metadata can take seconds.</summary>
internal sealed class AwsDefaultCredentials : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() => Guarded(() => Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentials().GetCredentials());

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            var found = await Amazon.Runtime.Credentials.DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync();
            return await found.GetCredentialsAsync();
        }
        catch (AmazonClientException exception)
        {
            throw Nobody(exception);
        }
    }

    private static ImmutableCredentials Guarded(Func<ImmutableCredentials> find)
    {
        try
        {
            return find();
        }
        catch (AmazonClientException exception)
        {
            throw Nobody(exception);
        }
    }

    private static CloudIdentityException Nobody(AmazonClientException exception) =>
        new("no AWS credentials were found here: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give the machine a role, or use an aws-credentials block", exception);
}

internal sealed class AwsHttpClients(AwsAccount account) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(account.Handler());

    public override string GetConfigUniqueString(IClientConfig clientConfig) => $"{account.VerifiesCertificates}|{account.CertificateFile}";
}
