using Reeve.Client;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>Programs as people write them, against the packed package, the served API and a worker.</summary>
public sealed class DeployingFromCodeTests
{
    private const string Etl = """
        #:package Reeve@0.1.0
        using Reeve;

        await Deployment.ApplyAsync(
        [
            Flow.Of(Flows.Etl).ToDeployment("dev", parameters: new { rows = 1 }) with { WorkPool = "stage" },
            Flow.Of(Flows.Etl).ToDeployment("prod", cron: "0 3 * * *", parameters: new { rows = 7 }) with { WorkPool = "stage", Tags = ["prod"] },
        ]);

        static class Flows
        {
            [Flow]
            public static async Task<int> Etl(int rows) => await Load(rows);

            [Task]
            static Task<int> Load(int rows) => Task.FromResult(rows);
        }
        """;

    private const string Served = """
        #:package Reeve@0.1.0
        #:property PublishAot=false
        using Reeve;

        await Flow.Of(Flows.Hello).ServeAsync("here", cron: "0 3 * * *", parameters: new { name = "served" });

        static class Flows
        {
            [Flow(LogPrints = true)]
            public static void Hello(string name) => Console.WriteLine($"Hello {name}");
        }
        """;

    private const string Hosted = """
        #:sdk Microsoft.NET.Sdk.Web
        #:package Reeve@0.1.0
        #:property PublishAot=false
        using Reeve;

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton(new Greeting("from the container"));
        builder.Services.AddReeve().AddFlows<Greetings>();
        var app = builder.Build();
        if (args is ["deploy"])
            await Flow.Of<Greetings>(nameof(Greetings.Greet)).DeployAsync("injected", workPool: "stage");
        else
            throw new InvalidOperationException("a worker's run must not come here");

        record Greeting(string Text);

        class Greetings(Greeting greeting, ILogger<Greetings> logger)
        {
            [Flow]
            public void Greet() => logger.LogInformation("greeting {Text}", greeting.Text);
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Program_registers_several_deployments_and_a_worker_runs_them()
    {
        await using var reeve = await StartAsync(("flows.deployment.cs", Etl));

        Assert.Contains("Deployed 'etl/prod' to work pool 'stage'.", await MustAsync(reeve, "deployment", "apply", "flows.deployment.cs"), StringComparison.Ordinal);
        Assert.Contains("Deployed 'etl/dev'", await MustAsync(reeve, "deploy", "--file", "flows.deployment.cs"), StringComparison.Ordinal);

        var prod = (await reeve.Api.FindDeploymentAsync("etl", "prod", Ct))!;
        Assert.Equal("flows.deployment.cs:Flows.Etl", prod.Entrypoint);
        Assert.Equal(["prod"], prod.Tags);
        await RunByWorkerAsync(reeve, prod.Id);
    }

    [Fact]
    public async Task Served_program_runs_a_run_of_the_command_line_and_rests_when_it_is_told_to_end()
    {
        await using var reeve = await StartAsync(("served.cs", Served));
        await MustBuildAsync(reeve, "served.cs");
        var program = ProcessUnderTest.Start("dotnet", [Path.Combine(reeve.Folder, "out", "served.dll")], reeve.Environment, reeve.Folder);
        await using var _ = program;
        Reeve.Protocol.Deployments.Deployment? deployment = null;
        await SlowFlow.Until("the deployment is served", async () => (deployment = await reeve.Api.FindDeploymentAsync("hello", "here", Ct)) is not null, () => program.Output);

        var output = await MustAsync(reeve, "deployment", "run", "hello/here", "--watch");

        Assert.Contains("Hello served", output, StringComparison.Ordinal);
        Assert.False((await reeve.Api.FindDeploymentAsync(deployment!.Id, Ct))!.Paused);
        program.Signal(15);
        Assert.Equal(0, await program.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.True((await reeve.Api.FindDeploymentAsync(deployment.Id, Ct))!.Paused, program.Output);
    }

    [Fact]
    public async Task Worker_runs_a_flow_whose_instance_the_programs_host_makes()
    {
        await using var reeve = await StartAsync(("hosted.cs", Hosted));
        await MustBuildAsync(reeve, "hosted.cs");
        var deploying = ProcessUnderTest.Start("dotnet", [Path.Combine(reeve.Folder, "out", "hosted.dll"), "deploy"], reeve.Environment, reeve.Folder);
        await using var _ = deploying;
        Assert.True(await deploying.ExitAsync(TimeSpan.FromSeconds(60)) == 0, deploying.Output);

        await RunByWorkerAsync(reeve, (await reeve.Api.FindDeploymentAsync("greet", "injected", Ct))!.Id, "greeting from the container");
    }

    private static async Task<Installation> StartAsync((string Name, string Text) file)
    {
        var reeve = new Installation();
        await File.WriteAllTextAsync(Path.Combine(reeve.Folder, file.Name), file.Text, Ct);
        await reeve.StartServerAsync();
        await MustAsync(reeve, "work-pool", "create", "stage", "--type", "process");
        return reeve;
    }

    // As a worker builds it, with the package of this clone.
    private static async Task MustBuildAsync(Installation reeve, string file)
    {
        var environment = new Dictionary<string, string?>(reeve.Environment)
        {
            ["RestoreAdditionalProjectSources"] = Path.Combine(Repository.Root, "artifacts", "current", "packages"),
            ["NuGetAudit"] = "false",
        };
        var build = ProcessUnderTest.Start("dotnet", ["build", file, "-c", "Release", "-o", "out", "-v", "q", "--nologo", "--disable-build-servers"], environment, reeve.Folder);
        await using var _ = build;
        Assert.True(await build.ExitAsync(TimeSpan.FromMinutes(3)) == 0, build.Output);
    }

    private static async Task RunByWorkerAsync(Installation reeve, Guid deployment, string? line = null)
    {
        var worker = reeve.Start("worker", "start", "--pool", "stage");
        var run = await reeve.Api.CreateFlowRunAsync(deployment, new DeploymentFlowRunCreate { Parameters = WireJson.EmptyObject }, Ct);
        FlowRun? seen = null;
        await SlowFlow.Until("the run ends", async () => (seen = await reeve.Api.FindFlowRunAsync(run.Id, Ct))?.StateType?.IsTerminal() == true, () => worker.Output);
        Assert.True(seen!.StateType == StateType.Completed, $"{seen.StateName}: {seen.State?.Message}\n{worker.Output}");
        if (line is not null)
            Assert.Contains(line, await MustAsync(reeve, "flow-run", "logs", run.Id.ToString()), StringComparison.Ordinal);
    }

    private static async Task<string> MustAsync(Installation reeve, params string[] words)
    {
        var (code, output) = await reeve.RunAsync(words);
        Assert.True(code == 0, $"reeve {string.Join(' ', words)} ended with {code}:\n{output}");
        return output;
    }
}
