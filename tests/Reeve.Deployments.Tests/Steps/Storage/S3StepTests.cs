using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Storage;

/// <summary>Against s3rver.</summary>
public sealed class S3StepTests(S3StepTests.Server server) : TransferStepTests, IClassFixture<S3StepTests.Server>
{
    protected override string Push => "prefect_aws.deployments.steps.push_to_s3";

    protected override string Pull => "prefect_aws.deployments.steps.pull_from_s3";

    protected override string Secret => "S3RVER";

    protected override string WrongSecret => "not-the-secret-of-it";

    [Fact]
    public async Task The_names_of_minio_and_the_old_names_of_the_steps_work()
    {
        using var bench = new StepBench();
        bench.Folder.Write("x", "x");
        var inputs = $$$"""
            { "bucket": "my-bucket", "folder": "minio",
              "credentials": { "minio_root_user": "S3RVER", "minio_root_password": "S3RVER", "aws_client_parameters": { "endpoint_url": "{{{server.Url}}}", "use_ssl": false } } }
            """;
        await bench.RunAsync($$"""[{"prefect_aws.deployments.steps.push_project_to_s3": {{inputs}}}, {"prefect_aws.projects.steps.pull_project_from_s3": {{inputs}}}]""");
    }

    [Fact]
    public async Task Parameters_of_the_client_work_beside_the_credentials()
    {
        using var bench = new StepBench();
        bench.Folder.Write("x", "x");
        await bench.RunAsync($$$$"""
            [{ "push_to_s3": { "bucket": "my-bucket", "folder": "parameters",
              "credentials": { "aws_access_key_id": "S3RVER", "aws_secret_access_key": "S3RVER" },
              "client_parameters": { "endpoint_url": "{{{{server.Url}}}}", "region_name": "eu-central-1", "config": { "s3": { "addressing_style": "path" } } }
            } }]
            """);
    }

    protected override JsonObject Credentials(string? secret) => new()
    {
        ["aws_access_key_id"] = secret is null ? "S3RVER" : "AKIAWRONG", // s3rver looks at the key's id only
        ["aws_secret_access_key"] = secret ?? "S3RVER",
        ["region_name"] = "us-east-1",
        ["aws_client_parameters"] = new JsonObject { ["endpoint_url"] = server.Url },
    };

    public sealed class Server : IAsyncLifetime
    {
        private StoreServer? _server;

        public string Url => (_server ?? StoreServer.Skipped("s3rver")).Url;

        public async ValueTask InitializeAsync() => _server = await StoreServer.S3Async(TestContext.Current.CancellationToken, "my-bucket");

        public ValueTask DisposeAsync()
        {
            _server?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
