using System.Text;
using Reeve.Cli.Commands.Demo;
using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests;

/// <summary>The whole story with a private repository, twice: the token from a program's output, and from a Secret block. Then everything that the runs left behind, and every
/// argument list that was seen meanwhile, is searched for the token.</summary>
public sealed class SecretsTests
{
    private const string Token = "tok3n-that-must-not-be-seen-9f2c";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_token_is_nowhere_but_where_it_is_needed()
    {
        await using var reeve = new Installation();
        reeve.Environment["DEMO_GIT_TOKEN"] = Token;
        var project = Path.Combine(reeve.Folder, "project");
        await using var git = await GitHttpServer.StartAsync(Path.Combine(reeve.Folder, "git"), Token, Ct);
        await PrivateRepository.MakeAsync(Path.Combine(Repository.Root, "examples", "private-repo"), project, Path.Combine(reeve.Folder, "git"), git.Port, Ct);
        await reeve.StartServerAsync();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var arguments = WatchArgumentsAsync(watching.Token);

        var printed = new StringBuilder();
        await MustAsync("work-pool", "create", "demo", "--type", "process");
        await MustAsync("block", "create", "secret", "--name", "bitcred", "--value-env", "DEMO_GIT_TOKEN");
        await MustAsync("block", "inspect", "secret/bitcred");
        await MustAsync("deploy", "--all");
        var worker = reeve.Start("worker", "start", "--pool", "demo");
        foreach (var name in (string[])["private-shell", "private-block"])
            await MustAsync("deployment", "run", $"hello/{name}", "--watch");
        await watching.CancelAsync();

        Assert.DoesNotContain(Token, printed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, worker.Output + reeve.Server.Output, StringComparison.Ordinal);
        var (seen, hits) = await arguments;
        Assert.True(seen > 10, $"only {seen} argument lists were seen");
        Assert.Empty(hits);
        await AssertNotServedAsync(reeve);
        AssertNotInFiles(reeve.Folder);

        async Task MustAsync(params string[] words)
        {
            var (code, output) = await reeve.RunInAsync(project, words);
            Assert.True(code == 0, $"reeve {string.Join(' ', words)} ended with {code}:\n{output}");
            printed.AppendLine(output);
        }
    }

    [Fact]
    public async Task A_clone_that_is_refused_fails_the_run_and_names_the_repository_but_not_the_token()
    {
        const string Wrong = "wr0ng-token-that-must-not-be-seen";
        await using var reeve = new Installation();
        reeve.Environment["DEMO_GIT_TOKEN"] = Wrong;
        var project = Path.Combine(reeve.Folder, "project");
        await using var git = await GitHttpServer.StartAsync(Path.Combine(reeve.Folder, "git"), Token, Ct);
        await PrivateRepository.MakeAsync(Path.Combine(Repository.Root, "examples", "private-repo"), project, Path.Combine(reeve.Folder, "git"), git.Port, Ct);
        await reeve.StartServerAsync();
        await reeve.RunInAsync(project, "work-pool", "create", "demo", "--type", "process");
        await reeve.RunInAsync(project, "block", "create", "secret", "--name", "bitcred", "--value-env", "DEMO_GIT_TOKEN");
        await reeve.RunInAsync(project, "deploy", "--all");
        var worker = reeve.Start("worker", "start", "--pool", "demo");

        var (code, output) = await reeve.RunInAsync(project, "deployment", "run", "hello/private-shell", "--watch");

        Assert.Equal(1, code);
        var run = Assert.Single(await reeve.Api.FindFlowRunsAsync(new Query { FlowRuns = new FlowRunFilter { State = new StateFilter { Type = new AnyOf<StateType> { Any = [StateType.Failed] } } } }, Ct));
        Assert.Contains($"127.0.0.1:{git.Port}/private/deployments.git", run.State!.Message, StringComparison.Ordinal);
        Assert.Contains("refused", run.State.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, run.State.Message + output + worker.Output, StringComparison.Ordinal);
    }

    private static async Task AssertNotServedAsync(Installation reeve)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{reeve.Port}/api/") };
        var answers = new List<string>();
        foreach (var path in (string[])["logs/filter", "events/filter", "flow_runs/filter", "task_runs/filter", "deployments/filter", "block_documents/filter", "work_pools/filter"])
        {
            using var body = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), body, Ct);
            answers.Add($"{path}: {await answer.Content.ReadAsStringAsync(Ct)}");
        }

        Assert.Contains(answers, a => a.Contains("Hello Marvin", StringComparison.Ordinal)); // the search finds what is there
        Assert.All(answers, a => Assert.DoesNotContain(Token, a, StringComparison.Ordinal));
        var block = await reeve.Api.FindBlockDocumentAsync("secret", "bitcred", includeSecrets: false, Ct);
        Assert.Equal("********", block!.Data.GetProperty("value").GetString());
    }

    private static void AssertNotInFiles(string folder)
    {
        var (plain, encoded) = (Encoding.UTF8.GetBytes(Token), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)).TrimEnd('=')));
        var read = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            read++;
            Assert.True(bytes.AsSpan().IndexOf(plain) < 0 && bytes.AsSpan().IndexOf(encoded) < 0, $"the token stands in {file}");
        }

        Assert.True(read > 10);
    }

    // As often as the machine allows: the short-lived git processes are what matters.
    private static async Task<(int Seen, List<string> Hits)> WatchArgumentsAsync(CancellationToken ct)
    {
        await Task.Yield();
        var seen = new HashSet<string>();
        var own = Environment.ProcessId;
        while (!ct.IsCancellationRequested)
        {
            foreach (var (_, commandLine) in ProcessUnderTest.Descendants(own))
                seen.Add(commandLine);
            await Task.Yield();
        }

        return (seen.Count, seen.Where(c => c.Contains(Token, StringComparison.Ordinal)).ToList());
    }
}
