using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Clouds.Aws;

namespace Reeve.Deployments.Secrets;

/// <summary>
/// AWS Secrets Manager. A name is <c>prod/db</c> or a whole ARN; <c>#password</c> takes a key of its JSON, <c>@AWSPREVIOUS</c> or an id of a
/// version another version.
/// </summary>
internal sealed class AwsSecretsManager(SecretSettings settings) : ISecretProvider
{
    public static SecretProviderKind Kind { get; } = new("aws-secrets-manager", "AWS Secrets Manager, asked with keys, a profile or the role of the machine",
    [
        new("region_name", "the region: eu-central-1"), new("aws_access_key_id", "of a key pair"), new("aws_secret_access_key", "of a key pair", IsSecret: true),
        new("aws_session_token", "of a session", IsSecret: true), new("profile_name", "a profile of ~/.aws"), new("endpoint_url", "an address of one's own"),
        new("aws_client_parameters", "as aws-credentials has them"),
    ], settings => new AwsSecretsManager(settings));

    private readonly AwsAccount _account = AwsAccount.Read(settings.Data, settings.Text("endpoint_url") is { } endpoint ? new JsonObject { ["endpoint_url"] = endpoint } : null, settings.Environment);

    private string Region => _account.Region ?? throw new SecretException("AWS Secrets Manager has no region", "set region_name, or AWS_REGION where the run is");

    private Uri Address => _account.Endpoint ?? new Uri($"https://secretsmanager.{Region}.amazonaws.com{(Region.StartsWith("cn-", StringComparison.Ordinal) ? ".cn" : "")}");

    public string Description => $"AWS Secrets Manager in {_account.Region ?? "no region"}";

    public async Task<JsonNode?> ReadAsync(string name, CancellationToken ct)
    {
        var reference = SecretReference.Parse(name);
        var (id, version) = reference.Versioned(text => text.StartsWith("AWS", StringComparison.Ordinal) || Guid.TryParse(text, out _));
        var question = new JsonObject { ["SecretId"] = id };
        if (version is not null)
            question[Guid.TryParse(version, out _) ? "VersionId" : "VersionStage"] = version;
        var (answer, body) = await AskAsync("GetSecretValue", question, ct);
        if (!answer.IsSuccess)
            throw Fault(answer, body, id, "secretsmanager:GetSecretValue");
        if (body?["SecretString"]?.GetValue<string>() is { } text)
            return reference.Pick(text, Description);
        if (body?["SecretBinary"]?.GetValue<string>() is { } binary)
            return reference.Pick(Encoding.UTF8.GetString(Convert.FromBase64String(binary)), Description);
        throw new SecretException($"the secret '{id}' of {Description} has no value");
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        var (answer, body) = await AskAsync("ListSecrets", new JsonObject { ["MaxResults"] = 1 }, ct);
        // Who may read secrets need not be allowed to list them: an answer that knows us is enough.
        if (!answer.IsSuccess && Code(body) is not "AccessDeniedException")
            throw Fault(answer, body, "*", "secretsmanager:ListSecrets");
    }

    private async Task<(CloudAnswer Answer, JsonObject? Body)> AskAsync(string operation, JsonObject question, CancellationToken ct)
    {
        var region = Region;
        var credentials = await _account.GetCredentialsAsync();
        var text = Encoding.UTF8.GetBytes(question.ToJsonString());
        var answer = await settings.Http.SendAsync(_ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(text) };
            request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
            request.Headers.TryAddWithoutValidation("X-Amz-Target", $"secretsmanager.{operation}");
            AwsRequestSigner.Sign(request, text, credentials, region, "secretsmanager", settings.Http.Time.GetUtcNow());
            return ValueTask.FromResult(request);
        }, ct);
        try
        {
            return (answer, JsonNode.Parse(answer.Body) as JsonObject);
        }
        catch (JsonException)
        {
            return (answer, null);
        }
    }

    private static string Code(JsonObject? body) => (body?["__type"]?.ToString() ?? "").Split('#')[^1].Split(':')[0];

    private SecretException Fault(CloudAnswer answer, JsonObject? body, string name, string permission) => Code(body) switch
    {
        "ResourceNotFoundException" => new($"{Description} has no secret '{name}'", "secrets belong to a region and an account; 'aws secretsmanager list-secrets' shows those of this one"),
        "AccessDeniedException" => new($"{_account.Description} may not read '{name}' of {Description}", $"allow it {permission} on the secret, and kms:Decrypt on its key"),
        "DecryptionFailure" => new($"the secret '{name}' of {Description} could not be decrypted", "allow the identity kms:Decrypt on its key"),
        "InvalidRequestException" => new($"{Description} cannot give '{name}' now: it is marked for deletion or not ready"),
        "UnrecognizedClientException" or "InvalidClientTokenId" or "InvalidSignatureException" or "SignatureDoesNotMatch" or "IncompleteSignature" =>
            new($"{Description} does not accept {_account.Description}", "are key and secret right, and is this machine's clock?"),
        "ExpiredTokenException" or "ExpiredToken" => new($"the session of {_account.Description} is over", "get a new session token"),
        "ThrottlingException" => new($"{Description} has too many requests, and still had after several tries"),
        var code => new($"{Description} answered {(int)answer.Status}{(code.Length == 0 ? "" : $" {code}")} for '{name}'"),
    };
}
