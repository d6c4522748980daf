using Reeve.Deployments.Tests.Docker;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

[assembly: AssemblyFixture(typeof(SharedDockerHost))]

namespace Reeve.EndToEnd.Tests.Docker;

/// <summary>C# flows on their way into an image, a registry and a container, by the command line and from code.</summary>
public sealed class ImageOfFlowsTests(SharedDockerHost shared)
{
    private const string Hello = """
        #:package Reeve@0.1.0
        #:property PublishAot=false
        using Reeve;

        Flows.Hello("nobody");

        static class Flows
        {
            [Flow(LogPrints = true)]
            public static void Hello(string name) => Console.WriteLine($"hello {name} from a container");
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Project_file_builds_pushes_and_deploys_and_the_flow_runs_in_its_container_without_an_SDK()
    {
        await using var registry = await ImageRegistry.StartAsync();
        await using var reeve = await StartAsync(registry);
        Write(reeve, "flows/hello.cs", Hello);
        Write(reeve, "reeve.yaml", $$$"""
            name: images
            build:
              - prefect_docker.deployments.steps.build_docker_image:
                  id: built
                  requires: prefect-docker>=0.3.1
                  image_name: {{{registry.Address}}}/team/flows
                  tag: v1
                  dockerfile: auto
                  base_image: {{{DotnetImages.Runtime}}}
                  sdk_image: {{{DotnetImages.Sdk}}}
                  pull: false
                  network_mode: none
            push:
              - prefect_docker.deployments.steps.push_docker_image:
                  id: pushed
                  image_name: "{{ built.image_name }}"
                  tag: "{{ built.tag }}"
                  credentials: "{{ prefect.blocks.docker-registry-credentials.ci }}"
            pull:
              - prefect.deployments.steps.set_working_directory:
                  directory: /opt/prefect/project
            deployments:
              - name: contained
                entrypoint: flows/hello.cs:Hello
                parameters: { name: Ada }
                work_pool:
                  name: stage
                  job_variables:
                    image: "{{ built.image_name }}@{{ pushed.digest }}"
            """);

        var output = await MustAsync(reeve, "deploy", "--all");

        Assert.Contains("Deployed 'hello/contained'", output, StringComparison.Ordinal);
        Assert.DoesNotContain(ImageRegistry.Password, output, StringComparison.Ordinal);
        var deployment = (await reeve.Api.FindDeploymentAsync("hello", "contained", Ct))!;
        var image = deployment.JobVariables.GetProperty("image").GetString()!;
        Assert.StartsWith($"{registry.Address}/team/flows@sha256:", image, StringComparison.Ordinal);
        await RunInContainerAsync(reeve, await shared.GetAsync(), deployment.Id, image, "hello Ada from a container");
    }

    [Fact]
    public async Task Program_builds_one_image_for_its_deployments_and_names_it_by_digest()
    {
        await using var registry = await ImageRegistry.StartAsync();
        await using var reeve = await StartAsync(registry);
        Write(reeve, "hello.deployment.cs", Hello.Replace("Flows.Hello(\"nobody\");", $$$"""
            var image = new ImageBuild
            {
                Name = "{{{registry.Address}}}/team/code", Tag = "v1", BaseImage = "{{{DotnetImages.Runtime}}}", SdkImage = "{{{DotnetImages.Sdk}}}", Pull = false,
                Credentials = "{{ prefect.blocks.docker-registry-credentials.ci }}",
            };
            await Deployment.ApplyAsync(
            [
                Flow.Of(Flows.Hello).ToDeployment("one", parameters: new { name = "Grace" }) with { WorkPool = "stage", ImageBuild = image },
                Flow.Of(Flows.Hello).ToDeployment("two", parameters: new { name = "Joan" }) with { WorkPool = "stage", ImageBuild = image },
            ]);
            """, StringComparison.Ordinal));

        var output = await MustAsync(reeve, "deployment", "apply", "hello.deployment.cs");

        Assert.Single(output.Split('\n'), line => line.Contains("Step 1/", StringComparison.Ordinal));
        Assert.DoesNotContain(ImageRegistry.Password, output, StringComparison.Ordinal);
        var (one, two) = ((await reeve.Api.FindDeploymentAsync("hello", "one", Ct))!, (await reeve.Api.FindDeploymentAsync("hello", "two", Ct))!);
        var image = one.JobVariables.GetProperty("image").GetString()!;
        Assert.StartsWith($"{registry.Address}/team/code@sha256:", image, StringComparison.Ordinal);
        Assert.Equal((image, "hello.deployment.cs:Flows.Hello"), (two.JobVariables.GetProperty("image").GetString(), one.Entrypoint));
        await RunInContainerAsync(reeve, await shared.GetAsync(), two.Id, image, "hello Joan from a container");
    }

    [Fact]
    public async Task Program_whose_image_cannot_be_built_registers_nothing()
    {
        await using var registry = await ImageRegistry.StartAsync();
        await using var reeve = await StartAsync(registry);
        Write(reeve, "hello.deployment.cs", Hello.Replace("Flows.Hello(\"nobody\");",
            """await (Flow.Of(Flows.Hello).ToDeployment("one") with { WorkPool = "stage", ImageBuild = new ImageBuild { Name = "x", Dockerfile = "None" } }).ApplyAsync();""", StringComparison.Ordinal));

        var (code, output) = await reeve.RunInAsync(Path.Combine(reeve.Folder, "project"), "deployment", "apply", "hello.deployment.cs");

        Assert.Equal(1, code);
        Assert.Contains("an image was not built: Error: build_docker_image: there is no 'None' in", output, StringComparison.Ordinal);
        Assert.Null(await reeve.Api.FindDeploymentAsync("hello", "one", Ct));
    }

    internal static async Task RunInContainerAsync(Installation reeve, DockerHost host, Guid deployment, string image, string line)
    {
        var run = await reeve.Api.CreateFlowRunAsync(deployment, new DeploymentFlowRunCreate { Parameters = WireJson.EmptyObject }, Ct);
        await reeve.Api.SetFlowRunStateAsync(run.Id, new StateCreate { Type = StateType.Pending }, force: true, Ct);

        var output = await host.DockerAsync("run", "--rm", "--network", "host", "--env", $"PREFECT_API_URL={reeve.Environment["REEVE_API_URL"]}", "--env", $"PREFECT__FLOW_RUN_ID={run.Id}",
            image, "prefect", "flow-run", "execute");

        Assert.Equal(StateType.Completed, (await reeve.Api.FindFlowRunAsync(run.Id, Ct))!.StateType);
        Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Building '", output, StringComparison.Ordinal);
    }

    private async Task<Installation> StartAsync(ImageRegistry registry)
    {
        var host = await shared.GetAsync();
        await DotnetImages.MakeAsync(host);
        var reeve = new Installation();
        reeve.Environment["DOCKER_HOST"] = host.Address;
        reeve.Environment["DOCKER_CONFIG"] = Path.Combine(reeve.Folder, "docker");
        await reeve.StartServerAsync();
        DotnetImages.WriteFeed(Path.Combine(reeve.Folder, "project", "feed"));
        Write(reeve, "nuget.config", """<configuration><packageSources><clear /><add key="feed" value="feed" /></packageSources></configuration>""");
        Write(reeve, "../login.json", $$"""{"username": "{{ImageRegistry.User}}", "password": "{{ImageRegistry.Password}}", "registry_url": "{{registry.Address}}"}""");
        await MustAsync(reeve, "work-pool", "create", "stage", "--type", "docker");
        await MustAsync(reeve, "block", "create", "docker-registry-credentials", "--name", "ci", "--data-file", "../login.json");
        return reeve;
    }

    private static void Write(Installation reeve, string name, string text)
    {
        var path = Path.Combine(reeve.Folder, "project", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static async Task<string> MustAsync(Installation reeve, params string[] words)
    {
        var (code, output) = await reeve.RunInAsync(Path.Combine(reeve.Folder, "project"), words);
        Assert.True(code == 0, $"reeve {string.Join(' ', words)} ended with {code}:\n{output}");
        return output;
    }
}
