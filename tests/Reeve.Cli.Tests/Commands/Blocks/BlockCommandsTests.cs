using System.Text.Json;

namespace Reeve.Cli.Tests.Commands.Blocks;

public sealed class BlockCommandsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_known_module_registers_its_kinds_without_Python()
    {
        await using var cli = await ServedCli.StartAsync();

        var ecs = await cli.OkAsync("block", "register", "-m", "prefect_aws.ecs");

        Assert.Contains("Successfully registered 2 blocks", ecs, StringComparison.Ordinal);
        Assert.Matches("(?m)^│ AWS Credentials +│$", ecs);
        Assert.Matches("(?m)^│ ECS Task +│$", ecs);
        Assert.Contains("Successfully registered 6 blocks", await cli.OkAsync("block", "register", "-m", "prefect_aws"), StringComparison.Ordinal);
        Assert.Contains("Successfully registered 6 blocks", await cli.OkAsync("block", "register", "-m", "prefect-aws"), StringComparison.Ordinal);
        Assert.Contains("GitHub Repository", await cli.OkAsync("block", "register", "-m", "prefect_github"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_module_stands_for_kinds_that_the_server_brings()
    {
        await using var cli = await ServedCli.StartAsync();

        foreach (var module in Reeve.Deployments.Blocks.PythonModules.Names)
            await cli.OkAsync("block", "register", "-m", module);
    }

    [Fact]
    public async Task What_was_deleted_of_a_module_is_there_again()
    {
        await using var cli = await ServedCli.StartAsync();
        await cli.OkAsync("block", "type", "delete", "ecs-task");

        await cli.OkAsync("block", "register", "-m", "prefect_aws.ecs");

        Assert.Contains("task_definition_arn", await cli.OkAsync("block", "type", "inspect", "ecs-task"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_come_from_options_files_and_the_environment()
    {
        await using var cli = await ServedCli.StartAsync();
        cli.Cli.Environment["AWS_SECRET"] = "s3cr3t-aws";
        var token = cli.Write("token.txt", "session-of-a-day\n");

        await cli.OkAsync("block", "create", "aws-credentials", "-n", "dev", "--region-name", "eu-west-1", "--aws_access_key_id=123", "--field", "aws_secret_access_key=$AWS_SECRET", "--field", "aws_session_token=@" + token);
        await cli.OkAsync("block", "create", "s3-bucket", "-n", "code", "--field", "bucket_name=flows", "--field", "credentials=aws-credentials/dev");
        await cli.OkAsync("block", "create", "process", "-n", "dev", "--field", "env.STAGE=1", "--stream-output", "false");

        var credentials = (await cli.Api.FindBlockDocumentAsync("aws-credentials", "dev", includeSecrets: true, Ct))!.Data;
        Assert.Equal(("123", "s3cr3t-aws", "session-of-a-day"), (Text(credentials, "aws_access_key_id"), Text(credentials, "aws_secret_access_key"), Text(credentials, "aws_session_token")));
        var bucket = (await cli.Api.FindBlockDocumentAsync("s3-bucket", "code", includeSecrets: true, Ct))!.Data;
        Assert.Equal("s3cr3t-aws", Text(bucket.GetProperty("credentials"), "aws_secret_access_key"));
        var process = (await cli.Api.FindBlockDocumentAsync("process", "dev", includeSecrets: false, Ct))!.Data;
        Assert.Equal(("1", JsonValueKind.False), (Text(process.GetProperty("env"), "STAGE"), process.GetProperty("stream_output").ValueKind));
        Assert.DoesNotContain("s3cr3t", await cli.OkAsync("block", "inspect", "s3-bucket/code"), StringComparison.Ordinal);
        Assert.Matches("(?m)^bucket_name: +\\S", await cli.OkAsync("block", "inspect", "s3-bucket/code"));
    }

    [Fact]
    public async Task A_secret_as_an_argument_is_refused_and_not_repeated()
    {
        await using var cli = await ServedCli.StartAsync();

        foreach (var words in (string[][])[["--field", "aws_secret_access_key=s3cr3t"], ["--aws-secret-access-key", "s3cr3t"]])
        {
            var fault = await cli.FaultAsync(["block", "create", "aws-credentials", "-n", "dev", .. words]);
            Assert.Contains("it is a secret", fault, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cr3t", fault, StringComparison.Ordinal);
        }
        Assert.Contains("it is a secret", await cli.FaultAsync("block", "create", "webhook", "-n", "hook", "--field", "headers.Authorization=s3cr3t"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_of_a_block_is_told_at_once_and_nothing_is_made()
    {
        await using var cli = await ServedCli.StartAsync();

        var fault = await cli.FaultAsync("block", "create", "docker-container", "-n", "Bad Name", "--field", "image_pull_policy=SOMETIMES", "--field", "auto_remove=maybe", "--field", "imagee=x");

        foreach (var part in (string[])["'Bad Name' cannot be a block's name", "IF_NOT_PRESENT, ALWAYS, NEVER", "'auto_remove' should be true or false", "no field 'imagee'; did you mean 'image'?"])
            Assert.Contains(part, fault, StringComparison.Ordinal);
        Assert.Contains("'bucket_name' is missing", await cli.FaultAsync("block", "create", "s3-bucket", "-n", "code"), StringComparison.Ordinal);
        Assert.Contains("at most 30", await cli.FaultAsync("block", "create", "bitbucket-credentials", "-n", "x", "--username", "a b"), StringComparison.Ordinal);
        Assert.Contains("there is no block 'aws-credentials/none'", await cli.FaultAsync("block", "create", "s3-bucket", "-n", "code", "--bucket_name=a", "--credentials=aws-credentials/none"), StringComparison.Ordinal);
        Assert.Contains("takes a block of kind aws-credentials or minio-credentials", await cli.FaultAsync("block", "create", "s3-bucket", "-n", "code", "--bucket_name=a", "--field", "credentials={\"$ref\": \"secret/x\"}"), StringComparison.Ordinal);
        Assert.Contains("There are no blocks", await cli.OkAsync("block", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_blocks_is_made_in_the_order_of_its_references_and_changed_when_it_is_registered_again()
    {
        await using var cli = await ServedCli.StartAsync();
        cli.Cli.Environment["AWS_SECRET"] = "s3cr3t-1";
        await cli.OkAsync("variable", "set", "region", "eu-west-1");
        var file = cli.Write("blocks.yaml", """
            blocks:
              - type: s3-bucket
                name: code
                data:
                  bucket_name: flows
                  credentials: "{{ prefect.blocks.aws-credentials.dev }}"
              - type: aws-credentials
                name: dev
                data:
                  region_name: "{{ prefect.variables.region }}"
                  aws_access_key_id: AKIA
                  aws_secret_access_key: "{{ $AWS_SECRET }}"
              - type: ecs-task
                name: dev
                data:
                  aws_credentials: {$ref: aws-credentials/dev}
                  image: flows:dev
                  env: {STAGE: $AWS_SECRET}
            """);

        var made = await cli.OkAsync("block", "register", "-f", file);
        cli.Cli.Environment["AWS_SECRET"] = "s3cr3t-2";
        var changed = await cli.OkAsync("block", "register", "--file", file);

        Assert.Contains("Created block 's3-bucket/code'", made, StringComparison.Ordinal);
        Assert.Contains("Changed block 's3-bucket/code'", changed, StringComparison.Ordinal);
        var bucket = (await cli.Api.FindBlockDocumentAsync("s3-bucket", "code", includeSecrets: true, Ct))!;
        Assert.Equal(("s3cr3t-2", "eu-west-1"), (Text(bucket.Data.GetProperty("credentials"), "aws_secret_access_key"), Text(bucket.Data.GetProperty("credentials"), "region_name")));
        Assert.NotEmpty(bucket.BlockDocumentReferences);
        Assert.Equal("flows:dev", Text((await cli.Api.FindBlockDocumentAsync("ecs-task", "dev", includeSecrets: true, Ct))!.Data, "image"));
    }

    [Fact]
    public async Task A_bad_file_of_blocks_names_each_fault_with_its_place_and_no_secret()
    {
        await using var cli = await ServedCli.StartAsync();
        cli.Cli.Environment["TOKEN"] = "s3cr3t-token";
        var file = cli.Write("blocks.yaml", """
            - type: secrets
              name: a
              data: {value: x}
            - type: github-repository
              name: repo
              data:
                repository_url: git@github.com:o/r.git
                credentials: github-credentials/nobody
            - type: date-time
              name: Start
              data: {value: "s3cr3t-token {{ $TOKEN }}"}
            - {type: secret, name: b, data: {value: "{{ $NOWHERE }}"}}
            """);

        var fault = await cli.FaultAsync("block", "register", "-f", file);

        foreach (var part in (string[])[":1:9: there is no kind of block 'secrets'; did you mean 'secret'?", ":7:21: field 'repository_url' must begin with https://", ":8:18: there is no block 'github-credentials/nobody'",
                     ":10:9: 'Start' cannot be a block's name", ":12:42: '{{ $NOWHERE }}': the environment has no variable 'NOWHERE'", "no block was made"])
            Assert.Contains(part, fault, StringComparison.Ordinal);
        Assert.Contains("There are no blocks", await cli.OkAsync("block", "ls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_of_an_unknown_module_name_what_is_known()
    {
        await using var cli = await ServedCli.StartAsync();
        Environment.SetEnvironmentVariable("VIRTUAL_ENV", null);

        Assert.Contains("prefect_aws.ecs", await cli.FaultAsync("block", "register", "-m", "prefect_aws.nothing"), StringComparison.Ordinal);
        Assert.Contains("did you mean 'prefect_github'?", await cli.FaultAsync("block", "register", "-m", "prefect_githup"), StringComparison.Ordinal);
        Assert.Contains("which blocks?", await cli.FaultAsync("block", "register"), StringComparison.Ordinal);
        Assert.Contains("there is no file", await cli.FaultAsync("block", "register", "-f", "nowhere.yaml"), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).ToString();
}
