using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.OldRoad;

/// <summary>
/// The commands and files that people use today, word for word, with "prefect" as the command: a script on a PATH that has a <c>prefect</c> which calls reeve, and no Python.
/// </summary>
public sealed class OldRoadTests : IAsyncLifetime
{
    // A flow as it stands in such a repository, in C#.
    private const string Hello = """
        #:package Reeve@0.1.0
        using Reeve;

        await Flows.Hello();

        public static class Flows
        {
            /// <summary>Say hello.</summary>
            [Flow(LogPrints = true)]
            public static async Task Hello(int number = 1, string name = "world")
            {
                await Task.Yield();
                Console.WriteLine($"HELLO {number} {name} from {Environment.GetEnvironmentVariable("STAGE")}");
            }
        }
        """;

    // One file for each deployment, found and run by the continuous integration.
    private const string DailyDeployment = """
        #:package Reeve@0.1.0
        using Reeve;

        await (Flow.FromSource(Path.GetFullPath("../.."), "examples/hello_world.cs:Hello").ToDeployment("my-daily", cron: "0 6 * * *", parameters: new { number = 7 }) with
        {
            Infrastructure = "process/dev",
            Storage = "local-file-system/flows/projects/hello",
            WorkQueue = "kubernetes",
            Tags = ["dev"],
        }).ApplyAsync();
        """;

    private const string Blocks = """
        blocks:
          - type: process
            name: dev
            data:
              env: {STAGE: "{{ $STAGE_NAME }}"}
          - type: ecs-task
            name: dev
            data:
              image: "{{ $PREFECT_IMAGE }}"
              cpu: 256
              memory: 512
              launch_type: FARGATE
              aws_credentials: "{{ prefect.blocks.aws-credentials.dev }}"
          - type: aws-credentials
            name: dev
            data: {aws_access_key_id: AKIA, aws_secret_access_key: "{{ $AWS_SECRET }}", region_name: eu-west-1}
          - type: local-file-system
            name: flows
            data: {basepath: "{{ $STORE }}"}
        """;

    private const string DeploymentsOfDev = """
        ib-block: "process/dev" # Mandatory field. Credentials and parameters for ECS from the infrastructure folder

        deployments:
          - name: Flow1 # Mandatory field. Deployment name
            entrypoint: "examples/hello_world.cs:Hello" # Mandatory field. The path to the file containing the flow
            parameters: # Optional field. Dict with parameters for flow
              number: 42
              name: "Do not panic!"
              env.stage: "dev"
            schedule: # Optional field. Scheduler parameters, "cron", "interval" and "rrule" are supported
              cron: "0 0 * * *"
              timezone: "America/Chicago"
            tags: # Optional field. List of tags for deployment
              - "dev"
              - "some-tag1"
            version: "0.0.1" # Optional field. Deployment version
            work_pool: # Optional fields. Pool and Work Queue names
              name: "pool"
              work_queue_name: "dev"
          - name: Flow2
            entrypoint: "examples/hello_world.cs:Hello"
            parameters:
              number: 2
        """;

    private const string Script = """
        set -euo pipefail
        ! command -v python && ! command -v python3

        # the image of the agent, and the login of the continuous integration
        prefect block register -m prefect_aws.ecs
        prefect config set PREFECT_API_KEY=pnu_0000
        prefect config set PREFECT_API_URL=$REEVE_API_URL
        prefect block register -f infrastructure/blocks.yaml

        prefect work-pool create pool --type prefect-agent
        prefect work-queue create kubernetes
        prefect work-queue ls
        prefect work-queue pause kubernetes
        prefect work-queue resume kubernetes
        prefect work-queue set-concurrency-limit kubernetes 5

        # what the wrapper script runs for each deployment
        prefect deployment build examples/hello_world.cs:Hello -n Flow1 -a --skip-upload -ib process/dev --params='{"number": 42, "name": "Do not panic!", "env.stage": "dev"}' --version="0.0.1" --tag="dev" --tag="some-tag1" --cron="0 0 * * *" --timezone="America/Chicago" --pool="pool" --work-queue="dev"
        # the same without the wrapper
        prefect deploy --from prefect-deployments-dev.yaml

        # in two steps, with the storage block
        prefect deployment build examples/hello_world.cs:Hello -n two-steps -q kubernetes -sb local-file-system/flows/projects/hello -ib process/dev --override env.STAGE=two-steps -o two-steps.yaml
        prefect deployment apply two-steps.yaml

        # every file that ends in .deployment.cs
        for file in $(find . -name '*.deployment.cs'); do
            prefect deployment apply "$file"
        done

        prefect deployment run hello/Flow2
        prefect deployment run hello/two-steps
        prefect deployment run hello/my-daily
        PREFECT_QUEUE=kubernetes
        sh -c "prefect agent  start -q ${PREFECT_QUEUE} --run-once"
        sh -c "prefect agent start --pool default-agent-pool --run-once --hide-welcome"

        prefect deployment ls
        prefect deployment pause-schedule hello/my-daily
        prefect deployment delete hello/two-steps
        """;

    private readonly Installation _reeve = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[("repo/examples/hello_world.cs", Hello), ("repo/projects/hello/my-daily.deployment.cs", DailyDeployment), ("repo/infrastructure/blocks.yaml", Blocks),
                     ("repo/prefect-deployments-dev.yaml", DeploymentsOfDev), ("repo/.prefectignore", "*.secret\n"), ("repo/private.secret", "x"), ("script.sh", Script)])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_reeve.Folder, name))!);
            File.WriteAllText(Path.Combine(_reeve.Folder, name), text.ReplaceLineEndings("\n"));
        }
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("STAGE_NAME", "dev"), ("PREFECT_IMAGE", "registry.example/prefect2-worker:dev"), ("AWS_SECRET", "s3cr3t"), ("STORE", Path.Combine(_reeve.Folder, "store"))])
            _reeve.Environment[name] = value;
        await _reeve.StartServerAsync();
    }

    public ValueTask DisposeAsync() => _reeve.DisposeAsync();

    [Fact]
    public async Task The_script_of_today_runs_to_its_end_without_Python()
    {
        _reeve.Environment["PATH"] = PrefectOnPath.Make(_reeve, python: false);

        var output = await RunAsync("bash", Path.Combine(_reeve.Folder, "script.sh"));

        Assert.Contains("Successfully registered 2 blocks", output, StringComparison.Ordinal);
        Assert.Contains("Deployment 'hello/Flow1' successfully created with id '", output, StringComparison.Ordinal);
        foreach (var line in (string[])["HELLO 2 world from dev", "HELLO 1 world from two-steps", "HELLO 7 world from dev"])
            Assert.Contains(line, output, StringComparison.Ordinal);
        var runs = await _reeve.Api.FindFlowRunsAsync(new Query { FlowRuns = new FlowRunFilter { State = new() { Type = new AnyOf<StateType> { Any = [StateType.Completed] } } } }, Ct);
        Assert.Equal(3, runs.Count);
        Assert.False(File.Exists(Path.Combine(_reeve.Folder, "store", "projects", "hello", "private.secret")), output);
        Assert.True(File.Exists(Path.Combine(_reeve.Folder, "store", "projects", "hello", "examples", "hello_world.cs")), output);
        Assert.DoesNotContain("s3cr3t", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wrapper_script_of_today_deploys_by_its_own_command_lines()
    {
        Assert.SkipUnless(await HasYamlAsync(), "there is no python3 with the package yaml");
        _reeve.Environment["PATH"] = PrefectOnPath.Make(_reeve, python: true);
        File.WriteAllText(Path.Combine(_reeve.Folder, "repo", "upload_deployments.py"), WrapperScript.Text.ReplaceLineEndings("\n"));
        await RunAsync("prefect", "block", "register", "-f", "infrastructure/blocks.yaml");
        await RunAsync("prefect", "work-pool", "create", "pool", "--type", "prefect-agent");

        var output = await RunAsync("python3", "upload_deployments.py", "prefect-deployments-dev.yaml");

        Assert.Contains("run prefect deployment build examples/hello_world.cs:Hello -n Flow1 -a --skip-upload -ib process/dev --params='{", output, StringComparison.Ordinal);
        var first = (await _reeve.Api.FindDeploymentAsync("hello", "Flow1", Ct))!;
        Assert.Equal(("0.0.1", "pool", "dev", 42), (first.Version, first.WorkPoolName, first.WorkQueueName, first.Parameters.GetProperty("number").GetInt32()));
        Assert.NotNull(await _reeve.Api.FindDeploymentAsync("hello", "Flow2", Ct));
    }

    [Fact]
    public async Task Kinds_of_blocks_are_registered_from_source_and_from_an_assembly()
    {
        File.WriteAllText(Path.Combine(_reeve.Folder, "repo", "mailbox.cs"), """
            #:package Reeve@0.1.0
            #:property PublishAot=false
            using Reeve;

            if (args is ["save"])
                await Blocks.SaveAsync(new Mailbox("mail.example", new Secret<string>("s3cr3t")), "of-code");

            [Block("mailbox", Description = "A mailbox")]
            public sealed record Mailbox(string Host, Secret<string> Password);
            """);

        Assert.Contains("│ Mailbox", await ReeveAsync("block", "register", "-f", "mailbox.cs"), StringComparison.Ordinal);
        await ReeveAsync("block", "type", "delete", "mailbox");
        var built = Directory.EnumerateFiles(_reeve.Home, "mailbox.dll", SearchOption.AllDirectories).First();
        Assert.Contains("│ Mailbox", await ReeveAsync("block", "register", "--assembly", built), StringComparison.Ordinal);
        // and a block of it from its own code
        await RunAsync("dotnet", built, "save");
        Assert.Contains("********", await ReeveAsync("block", "inspect", "mailbox/of-code"), StringComparison.Ordinal);
        Assert.Contains("no type marked [Block]", (await _reeve.RunInAsync(Path.Combine(_reeve.Folder, "repo"), "block", "register", "--assembly", Path.Combine(Path.GetDirectoryName(built)!, "Reeve.Protocol.dll"))).Output, StringComparison.Ordinal);
    }

    private async Task<string> ReeveAsync(params string[] words)
    {
        var (code, output) = await _reeve.RunInAsync(Path.Combine(_reeve.Folder, "repo"), words);
        Assert.True(code == 0, $"reeve {string.Join(' ', words)} ended with {code}:\n{output}");
        return output;
    }

    private async Task<bool> HasYamlAsync()
    {
        try
        {
            await using var python = ProcessUnderTest.Start("python3", ["-c", "import yaml"], _reeve.Environment, _reeve.Folder);
            return await python.ExitAsync(TimeSpan.FromSeconds(30)) == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        var tool = Path.Combine(_reeve.Folder, "tools", program);
        await using var process = ProcessUnderTest.Start(File.Exists(tool) ? tool : program, arguments, _reeve.Environment, Path.Combine(_reeve.Folder, "repo"));
        var code = await process.ExitAsync(TimeSpan.FromMinutes(5));
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{process.Output}");
        return process.Output;
    }
}
