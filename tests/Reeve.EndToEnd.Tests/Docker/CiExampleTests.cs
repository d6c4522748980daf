using Reeve.Deployments.Tests.Docker;
using Reeve.EndToEnd.Tests.Stage;

namespace Reeve.EndToEnd.Tests.Docker;

/// <summary>The repository in examples/ci: every shell line of its workflow, against a real engine, registry and server.</summary>
public sealed class CiExampleTests(SharedDockerHost shared)
{
    private static readonly string Example = Path.Combine(Repository.Root, "examples", "ci");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workflow_goes_from_a_pull_request_to_production()
    {
        var host = await shared.GetAsync();
        await using var registry = await ImageRegistry.StartAsync();
        await using var reeve = new Installation();
        await reeve.StartServerAsync();
        await PrepareAsync(host, reeve);
        var workflow = Workflow.Read(Path.Combine(Example, ".github", "workflows", "deploy.yml"));
        var variables = Variables(reeve, host, registry);
        Assert.Empty(workflow.Variables.Except(variables.Keys)); // nothing that the example asks for is left unsaid here
        foreach (var pool in (string[])["dev", "prod"])
            Assert.Equal(0, (await reeve.RunAsync("work-pool", "create", pool, "--type", "docker")).ExitCode);

        // A pull request sees what would change, and changes nothing.
        await RunAsync(workflow, "image", variables, reeve);
        await RunAsync(workflow, "plan", variables, reeve);
        Assert.Contains("import-orders/orders-dev", await File.ReadAllTextAsync(Path.Combine(reeve.Folder, "repository", "plan.md"), Ct), StringComparison.Ordinal);
        Assert.Null(await reeve.Api.FindDeploymentAsync("import-orders", "orders-dev", Ct));

        // The main branch: dev, then, after the approval, prod.
        await RunAsync(workflow, "dev", variables, reeve);
        var output = await RunAsync(workflow, "prod", variables, reeve);

        Assert.Equal((["image"], ["dev"], "prod"), (workflow.Needs("dev"), workflow.Needs("prod"), workflow.Environment("prod")));
        Assert.DoesNotContain("Step 1/", output, StringComparison.Ordinal); // prod builds nothing
        var dev = (await reeve.Api.FindDeploymentAsync("import-orders", "orders-dev", Ct))!;
        var prod = (await reeve.Api.FindDeploymentAsync("import-orders", "orders-prod", Ct))!;
        Assert.StartsWith($"{registry.Address}/shop@sha256:", prod.JobVariables.GetProperty("image").GetString(), StringComparison.Ordinal);
        Assert.Equal(dev.JobVariables.GetRawText(), prod.JobVariables.GetRawText());
        Assert.Equal(("prod", 1, 0), (prod.WorkPoolName, prod.Schedules.Count, dev.Schedules.Count));
        Assert.Equal("flows/report.py:report", (await reeve.Api.FindDeploymentAsync("report", "report-prod", Ct))!.Entrypoint);
        await ImageOfFlowsTests.RunInContainerAsync(reeve, host, prod.Id, prod.JobVariables.GetProperty("image").GetString()!, "303 rows went to orders");
    }

    // What an organisation has before its first workflow: the images of Reeve, a package feed, a checkout.
    private static async Task PrepareAsync(DockerHost host, Installation reeve)
    {
        await DotnetImages.MakeAsync(host);
        var images = await ShellAsync(Path.Combine(Repository.Root, "deploy", "build") + " 0.1.0", new(reeve.Environment)
        {
            ["DOCKER_HOST"] = host.Address, ["DOCKER_CONFIG"] = Path.Combine(reeve.Folder, "docker"), ["SDK_IMAGE"] = DotnetImages.Sdk, ["RUNTIME_IMAGE"] = DotnetImages.Runtime,
        }, reeve.Folder);
        foreach (var image in (string[])["reeve/runtime:0.1.0", "reeve/server:0.1.0", "reeve/worker:0.1.0"])
            Assert.Contains(image, images, StringComparison.Ordinal);
        Assert.Equal("0.1.0", await host.InAsync("reeve/server:0.1.0", "reeve", "--version"));
        await host.ImportAsync("reeve-test/prefect:1", tar =>
        {
            DockerHost.WriteBusybox(tar);
            tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "usr/local/bin/pip") { LinkName = "/bin/echo" });
        });

        var repository = Path.Combine(reeve.Folder, "repository");
        await ShellAsync($"""
            cp -R '{Example}' '{repository}'
            cd '{repository}'
            printf '<configuration><packageSources><clear /><add key="feed" value="feed" /></packageSources></configuration>' > nuget.config
            """, reeve.Environment, reeve.Folder);
        DotnetImages.WriteFeed(Path.Combine(repository, "feed"));
        await ShellAsync("git init -q -b main . && git add -A && git -c user.name=ci -c user.email=ci@example.com -c commit.gpgsign=false commit -q -m first", reeve.Environment, repository);
    }

    private static Dictionary<string, string?> Variables(Installation reeve, DockerHost host, ImageRegistry registry) => new(reeve.Environment)
    {
        ["REEVE_API_KEY"] = "key-of-ci", ["REGISTRY"] = registry.Address, ["REEVE_IMAGE"] = "reeve/worker:0.1.0", ["PREFECT_IMAGE"] = "reeve-test/prefect:1", ["IMAGE_TAG"] = "1f3c9a",
        ["REGISTRY_USER"] = ImageRegistry.User, ["REGISTRY_PASSWORD"] = ImageRegistry.Password, ["SHOP_TOKEN"] = "shop-t0ken",
        ["DOCKER_HOST"] = host.Address, ["DOCKER_CONFIG"] = Path.Combine(reeve.Folder, "docker"), ["GITHUB_PATH"] = Path.Combine(reeve.Folder, "path"), ["NuGetAudit"] = "false",
    };

    // Each job begins in an empty home, as on a machine of its own.
    private static async Task<string> RunAsync(Workflow workflow, string job, Dictionary<string, string?> variables, Installation reeve)
    {
        var home = Directory.CreateDirectory(Path.Combine(reeve.Folder, "home-of-" + job)).FullName;
        var environment = new Dictionary<string, string?>(variables) { ["HOME"] = home, ["REEVE_HOME"] = Path.Combine(home, ".reeve"), ["NUGET_PACKAGES"] = Path.Combine(home, "packages") };
        File.Delete(variables["GITHUB_PATH"]!);
        var output = "";
        foreach (var (name, script) in workflow.Scripts(job))
        {
            if (File.Exists(variables["GITHUB_PATH"]))
                environment["PATH"] = string.Join(':', [.. await File.ReadAllLinesAsync(variables["GITHUB_PATH"]!, Ct), Environment.GetEnvironmentVariable("PATH")]);
            output += await ShellAsync(script, environment, Path.Combine(reeve.Folder, "repository"), $"{job}: {name}");
        }
        Assert.DoesNotContain(ImageRegistry.Password, output, StringComparison.Ordinal);
        Assert.DoesNotContain("shop-t0ken", output, StringComparison.Ordinal);
        return output;
    }

    private static async Task<string> ShellAsync(string script, Dictionary<string, string?> environment, string folder, string? what = null)
    {
        var process = ProcessUnderTest.Start("bash", ["-e", "-o", "pipefail", "-c", script], environment, folder);
        await using var _ = process;
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(5)) == 0, $"{what ?? script}:\n{process.Output}");
        return process.Output;
    }
}
