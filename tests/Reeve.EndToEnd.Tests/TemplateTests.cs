using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>The templates of <c>dotnet new</c>, made, built against the packed package and run.</summary>
public sealed class TemplateTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Single_file_flow_runs()
    {
        await using var reeve = new Installation();
        await reeve.StartServerAsync();
        await MakeAsync(reeve, "reeve-flow", "DailyReport");

        await MustAsync(reeve, "dotnet", "run", Path.Combine(reeve.Folder, "made", "DailyReport.cs"));

        var run = Assert.Single(await reeve.Api.FindFlowRunsAsync(new Query(), Ct));
        Assert.Equal(StateType.Completed, run.StateType);
    }

    [Fact]
    public async Task Project_passes_its_tests_and_registers_its_deployments()
    {
        await using var reeve = new Installation();
        await reeve.StartServerAsync();
        await MustAsync(reeve, Repository.Reeve, "work-pool", "create", "mine", "--type", "process");
        await MakeAsync(reeve, "reeve-project", "Acme", "--pool", "mine");
        var made = Path.Combine(reeve.Folder, "made");

        Assert.Contains("succeeded: 1", await MustAsync(reeve, "dotnet", "run", "--project", Path.Combine(made, "tests", "Acme.Tests.csproj")), StringComparison.Ordinal);
        await MustAsync(reeve, "dotnet", "run", "--project", Path.Combine(made, "src", "Acme.csproj"), "--", "deploy");

        Assert.Equal("mine", (await reeve.Api.FindDeploymentAsync("import", "prod", Ct))!.WorkPoolName);
        Assert.True(File.Exists(Path.Combine(made, ".github", "workflows", "ci.yml")));
    }

    [Fact]
    public async Task Block_builds()
    {
        await using var reeve = new Installation();
        await MakeAsync(reeve, "reeve-block", "Acme.Service");
        await MustAsync(reeve, "dotnet", "build", Path.Combine(reeve.Folder, "made", "Acme.Service.csproj"), "-warnaserror", "--disable-build-servers");
    }

    private static async Task MakeAsync(Installation reeve, string template, string name, params string[] more)
    {
        var hive = Path.Combine(reeve.Folder, "hive");
        await MustAsync(reeve, "dotnet", "new", "install", Path.Combine(Repository.Root, "templates"), "--debug:custom-hive", hive);
        await MustAsync(reeve, ["dotnet", "new", template, "--name", name, "--output", Path.Combine(reeve.Folder, "made"), "--debug:custom-hive", hive, .. more]);
    }

    private static async Task<string> MustAsync(Installation reeve, params string[] words)
    {
        var environment = new Dictionary<string, string?>(reeve.Environment)
        {
            ["RestoreAdditionalProjectSources"] = Path.Combine(Repository.Root, "artifacts", "current", "packages"),
            ["NuGetAudit"] = "false",
            ["MSBUILDDISABLENODEREUSE"] = "1",
        };
        var process = ProcessUnderTest.Start(words[0], words[1..], environment, reeve.Folder);
        await using var _ = process;
        Assert.True(await process.ExitAsync(TimeSpan.FromMinutes(3)) == 0, $"{string.Join(' ', words)}:\n{process.Output}");
        return process.Output;
    }
}
