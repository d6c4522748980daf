using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>The templates of <c>dotnet new</c>: packed, installed from their package, made, built against the packed library and run.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly string _packages = Directory.CreateTempSubdirectory("reeve-templates").FullName;

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

    [Fact]
    public async Task Step_of_the_block_template_runs_and_tells_the_service()
    {
        await using var reeve = new Installation();
        await using var service = await ListeningAsync(out var heard);
        await MakeAsync(reeve, "reeve-block", "Acme.Service");
        var inputs = JsonSerializer.Serialize(new { address = service.Urls.First(), token = "t0ken", image = "acme:7" });

        var output = await MustAsync(reeve, "dotnet", "run", "--file", Path.Combine(reeve.Folder, "made", "steps", "announce.cs"), "--", "Announce", inputs);

        Assert.Equal(["/deployed Bearer t0ken acme:7"], heard);
        Assert.Contains("""{"announced":"acme:7"}""", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_template_of_the_repository_is_in_the_package()
    {
        await using var reeve = new Installation();

        using var package = ZipFile.OpenRead(await PackAsync(reeve));

        var content = Path.Combine(Repository.Root, "templates", "content");
        var wanted = Directory.EnumerateFiles(content, "*", SearchOption.AllDirectories).Select(file => "content/" + Path.GetRelativePath(content, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal));
        Assert.Equal(wanted.Order(StringComparer.Ordinal), package.Entries.Select(entry => Uri.UnescapeDataString(entry.FullName)).Where(name => name.StartsWith("content/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_packages, recursive: true);

    private static Task<WebApplication> ListeningAsync(out ConcurrentQueue<string> heard)
    {
        var told = heard = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var service = builder.Build();
        service.MapPost("/{**path}", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            told.Enqueue($"{request.Path} {request.Headers.Authorization} {await body.ReadToEndAsync(Ct)}");
        });
        return StartedAsync();

        async Task<WebApplication> StartedAsync()
        {
            await service.StartAsync(Ct);
            return service;
        }
    }

    private async Task<string> PackAsync(Installation reeve)
    {
        await MustAsync(reeve, "dotnet", "pack", Path.Combine(Repository.Root, "templates", "Reeve.Templates.csproj"), "--output", _packages, "--disable-build-servers",
            $"-p:BaseIntermediateOutputPath={Path.Combine(_packages, "obj")}/", $"-p:BaseOutputPath={Path.Combine(_packages, "bin")}/");
        return Assert.Single(Directory.GetFiles(_packages, "*.nupkg"));
    }

    private async Task MakeAsync(Installation reeve, string template, string name, params string[] more)
    {
        var hive = Path.Combine(reeve.Folder, "hive");
        await MustAsync(reeve, "dotnet", "new", "install", await PackAsync(reeve), "--debug:custom-hive", hive);
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
