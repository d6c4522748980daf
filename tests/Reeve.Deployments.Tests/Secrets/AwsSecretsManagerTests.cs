using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Secrets;

public sealed class AwsSecretsManagerTests : IAsyncLifetime
{
    private readonly SecretBench _bench = new();
    private CloudFake _aws = null!;

    public async ValueTask InitializeAsync() => _aws = await CloudFake.StartAsync(Answer);

    public async ValueTask DisposeAsync()
    {
        _bench.Dispose();
        await _aws.DisposeAsync();
    }

    // The JSON protocol: the operation in a header, errors by __type.
    private static object? Answer(CloudRequest request)
    {
        if (request.Header("Authorization") is not { } authorization || !authorization.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", StringComparison.Ordinal)
            || !authorization.Contains("/eu-central-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date", StringComparison.Ordinal))
            return (400, JsonNode.Parse("""{"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}""")!);
        return (request.Header("X-Amz-Target"), (string?)request.Json!["SecretId"], (string?)request.Json["VersionStage"] ?? (string?)request.Json["VersionId"]) switch
        {
            ("secretsmanager.GetSecretValue", "prod/db", null) => JsonNode.Parse("""{"Name": "prod/db", "SecretString": "{\"username\":\"u\",\"password\":\"p-a-s-s\",\"port\":5432}"}"""),
            ("secretsmanager.GetSecretValue", "token", null) => JsonNode.Parse("""{"Name": "token", "SecretString": "plain-token"}"""),
            ("secretsmanager.GetSecretValue", "token", "AWSPREVIOUS") => JsonNode.Parse("""{"Name": "token", "SecretString": "previous-token"}"""),
            ("secretsmanager.GetSecretValue", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf", null) => JsonNode.Parse("""{"SecretBinary": "YmluYXJ5LXRva2Vu"}"""),
            ("secretsmanager.GetSecretValue", "denied", _) => (400, JsonNode.Parse("""{"__type": "com.amazonaws#AccessDeniedException", "Message": "User: arn is not authorized"}""")!),
            ("secretsmanager.GetSecretValue", "throttled", _) => (400, JsonNode.Parse("""{"__type": "ThrottlingException", "message": "Rate exceeded"}""")!),
            ("secretsmanager.GetSecretValue", "expired", _) => (400, JsonNode.Parse("""{"__type": "ExpiredTokenException", "message": "expired"}""")!),
            _ => (400, JsonNode.Parse("""{"__type": "ResourceNotFoundException", "Message": "Secrets Manager can't find the specified secret."}""")!),
        };
    }

    private void Provide(string key = "AKIDEXAMPLE")
    {
        _bench.Blocks["aws-credentials/main"] = new JsonObject
        {
            ["aws_access_key_id"] = key,
            ["aws_secret_access_key"] = "wJalrXUtnFEMI/K7MDENG",
            ["region_name"] = "eu-central-1",
            ["aws_client_parameters"] = new JsonObject { ["endpoint_url"] = _aws.Url },
        };
        _bench.Provide("aws", "aws-secrets-manager", new JsonObject { ["credentials"] = "{{ prefect.blocks.aws-credentials.main }}" });
    }

    [Theory]
    [InlineData("token", "\"plain-token\"")]
    [InlineData("token@AWSPREVIOUS", "\"previous-token\"")]
    [InlineData("prod/db#password", "\"p-a-s-s\"")]
    [InlineData("prod/db#port", "5432")]
    [InlineData("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf", "\"binary-token\"")]
    public async Task Secret_is_read_with_the_keys_of_a_block(string name, string expected)
    {
        Provide();
        Assert.Equal(expected, await _bench.ReadAsync("aws", name));
    }

    [Theory]
    [InlineData("nothing", "AWS Secrets Manager in eu-central-1 has no secret 'nothing'; secrets belong to a region")]
    [InlineData("denied", "the access key AKIDEXAMPLE may not read 'denied' of AWS Secrets Manager in eu-central-1; allow it secretsmanager:GetSecretValue")]
    [InlineData("throttled", "has too many requests, and still had after several tries")]
    [InlineData("expired", "the session of the access key AKIDEXAMPLE is over")]
    public async Task Refusal_is_told(string name, string told)
    {
        Provide();
        Assert.Contains(told, await _bench.FaultAsync("aws", name), StringComparison.Ordinal);
        Assert.Equal(name == "throttled" ? 5 : 1, _aws.Requests.Count);
    }

    [Fact]
    public async Task Wrong_key_is_told_without_the_secret_key()
    {
        Provide("AKIDWRONG");
        var told = await _bench.FaultAsync("aws", "token");
        Assert.Contains("does not accept the access key AKIDWRONG", told, StringComparison.Ordinal);
        Assert.DoesNotContain("wJalr", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_key_pair_and_a_missing_region_are_told()
    {
        _bench.Provide("half", "aws-secrets-manager", new JsonObject { ["aws_access_key_id"] = "AKID" });
        _bench.Provide("nowhere", "aws-secrets-manager", new JsonObject { ["aws_access_key_id"] = "AKID", ["aws_secret_access_key"] = "s-e-c-r-e-t" });

        Assert.Contains("an access key id but no secret access key", await _bench.FaultAsync("half", "x"), StringComparison.Ordinal);
        Assert.Contains("AWS Secrets Manager has no region", await _bench.FaultAsync("nowhere", "x"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_implementation_of_the_service_gives_the_same()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var moto = await MotoServer.StartOrSkipAsync(0, ct);
        using var create = new StringContent("""{"Name": "app/db", "SecretString": "{\"password\": \"from-moto\"}", "ClientRequestToken": "11111111-2222-3333-4444-555555555555"}""");
        await moto.SendAsync("secretsmanager", HttpMethod.Post, "/", create, ct, ("X-Amz-Target", "secretsmanager.CreateSecret"));
        _bench.Provide("moto", "aws-secrets-manager", new JsonObject { ["aws_access_key_id"] = "test", ["aws_secret_access_key"] = "test-secret", ["region_name"] = "us-east-1", ["endpoint_url"] = moto.Address.AbsoluteUri });

        Assert.Equal("\"from-moto\"", await _bench.ReadAsync("moto", "app/db#password"));
        Assert.Contains("has no secret 'app/dc'", await _bench.FaultAsync("moto", "app/dc"), StringComparison.Ordinal);
    }
}
