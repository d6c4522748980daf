using System.Text.Json.Nodes;
using Amazon.S3;
using Reeve.Deployments.Clouds;
using Reeve.Deployments.Clouds.Aws;

namespace Reeve.Deployments.Tests.Clouds.Aws;

public sealed class AwsAccountTests
{
    private static AwsAccount Read(string json, string? parameters = null, Dictionary<string, string>? environment = null) =>
        AwsAccount.Read(JsonNode.Parse(json)!.AsObject(), parameters is null ? null : JsonNode.Parse(parameters)!.AsObject(), name => environment?.GetValueOrDefault(name));

    [Fact]
    public async Task Block_of_keys_gives_keys_region_and_client_settings()
    {
        var account = Read("""
            {"aws_access_key_id": "AKID", "aws_secret_access_key": "s", "aws_session_token": "t", "region_name": "eu-west-1",
            "aws_client_parameters": {"endpoint_url": "http://127.0.0.1:9000", "verify": false, "config": {"read_timeout": 7, "retries": {"max_attempts": 2}, "s3": {"addressing_style": "virtual"}}}}
            """);

        var keys = await account.GetCredentialsAsync();
        Assert.Equal(("AKID", "s", "t"), (keys.AccessKey, keys.SecretKey, keys.Token));
        var config = new AmazonS3Config();
        account.Apply(config);
        Assert.Equal(("http://127.0.0.1:9000/", "eu-west-1", 2, TimeSpan.FromSeconds(7)), (config.ServiceURL, config.AuthenticationRegion, config.MaxErrorRetry, config.Timeout));
        Assert.False(account.UsesPathStyle);
        Assert.False(account.VerifiesCertificates);
        Assert.NotNull(config.HttpClientFactory);
    }

    [Fact]
    public async Task Block_of_minio_gives_keys_and_path_style()
    {
        var account = Read("""{"minio_root_user": "root", "minio_root_password": "p", "aws_client_parameters": {"endpoint_url": "http://minio:9000"}}""");

        Assert.Equal("root", (await account.GetCredentialsAsync()).AccessKey);
        Assert.True(account.UsesPathStyle);
        Assert.Null(account.Region);
    }

    [Fact]
    public void Parameters_of_a_step_go_before_those_of_the_block_and_the_environment_comes_last()
    {
        var account = Read("""{"aws_access_key_id": "a", "aws_secret_access_key": "b", "aws_client_parameters": {"endpoint_url": "http://one"}}""", """{"endpoint_url": "http://two", "use_ssl": false}""",
            new() { ["AWS_DEFAULT_REGION"] = "sa-east-1", ["AWS_ENDPOINT_URL"] = "http://three" });

        Assert.Equal(("http://two/", "sa-east-1", false), (account.Endpoint!.AbsoluteUri, account.Region, account.UsesTls));
    }

    [Theory]
    [InlineData("""{"aws_access_key_id": "a"}""", "no secret access key")]
    [InlineData("""{"minio_root_password": "p-a-s-s"}""", "no access key id")]
    [InlineData("""{"profile_name": "no-such-profile"}""", "there is no AWS profile 'no-such-profile'")]
    public void Credentials_that_cannot_be_are_told(string json, string told)
    {
        var message = Assert.Throws<CloudIdentityException>(() => Read(json)).Message;
        Assert.Contains(told, message, StringComparison.Ordinal);
        Assert.DoesNotContain("p-a-s-s", message, StringComparison.Ordinal);
    }
}
