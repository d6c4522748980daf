using Reeve.Cli.Commands.Demo;
using Reeve.EndToEnd.Tests.Stage;

namespace Reeve.EndToEnd.Tests;

/// <summary>A person at a terminal, in the clone of a private repository: from nothing to a run that pulls the code with the token they typed.</summary>
public sealed class WizardTests
{
    private const string Token = "typed-t0ken-that-must-not-be-seen-77af";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dialogue_at_a_terminal_ends_in_a_run_from_the_private_repository()
    {
        await using var reeve = new Installation();
        var project = Path.Combine(reeve.Folder, "project");
        await using var git = await GitHttpServer.StartAsync(Path.Combine(reeve.Folder, "git"), Token, Ct);
        await PrivateRepository.MakeAsync(Path.Combine(Repository.Root, "examples", "private-repo"), project, Path.Combine(reeve.Folder, "git"), git.Port, Ct);
        var url = $"http://127.0.0.1:{git.Port}/private/deployments.git";
        await MustGitAsync(project, "remote", "add", "origin", url);
        File.Delete(Path.Combine(project, "prefect.yaml"));
        await reeve.StartServerAsync();

        await using var person = TerminalUnderTest.Start(Repository.Reeve, ["deploy"], reeve.Environment, project);
        Assert.SkipWhen(person is null, "python3 is missing: there is no pseudo-terminal to sit at");
        await person.AnswerAsync("Select a flow to deploy", "");
        await person.AnswerAsync("Deployment name (default): ", "my deployment");
        await person.AnswerAsync("configure schedules for this deployment? [y/n] (y): ", "y");
        await person.AnswerAsync("What type of schedule", "Cron");
        await person.AnswerAsync("Cron string (0 0 * * *): ", "not a cron");
        await person.AnswerAsync("Cron string (0 0 * * *): ", "0 6 1 1 *");
        await person.AnswerAsync("Timezone (UTC): ", "Europe/Berlin");
        await person.AnswerAsync("activate this schedule? [y/n] (y): ", "");
        await person.AnswerAsync("add another schedule? [y/n] (n): ", "");
        await person.AnswerAsync("Would you like to create one? [y/n] (y): ", "");
        await person.AnswerAsync("What infrastructure type", "process");
        await person.AnswerAsync("Work pool name (default): ", "mine");
        await person.AnswerAsync("from its remote repository when running this flow? [y/n] (y): ", "y");
        await person.AnswerAsync($"Is {url} the correct URL to pull your flow code from? [y/n] (y): ", "maybe");
        await person.AnswerAsync("[y/n] (y): ", "y");
        await person.AnswerAsync("Is master the correct branch to pull your flow code from? [y/n] (y): ", "");
        await person.AnswerAsync("Is this a private repository? [y/n]: ", "y");
        await person.AnswerAsync("Please enter a token that can be used to access your private repository (not shown): ", Token);
        await person.AnswerAsync("for faster deployments in the future? [y/n] (y): ", "y");
        var code = await person.ExitAsync();

        Assert.True(code == 0, person.Shown);
        Assert.Contains("Deployed 'hello/my deployment' to work pool 'mine', with a schedule.", person.Shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, person.Shown, StringComparison.Ordinal);
        Assert.NotNull(await reeve.Api.FindBlockDocumentAsync("secret", "deployment-my-deployment-hello-repo-token", includeSecrets: false, Ct));
        Assert.Contains("access_token: \"{{ prefect.blocks.secret.deployment-my-deployment-hello-repo-token }}\"", await File.ReadAllTextAsync(Path.Combine(project, "prefect.yaml"), Ct), StringComparison.Ordinal);

        var worker = reeve.Start("worker", "start", "--pool", "mine");
        var (ran, output) = await reeve.RunAsync("deployment", "run", "hello/my deployment", "--param", "name=Zaphod", "--watch");
        Assert.True(ran == 0, output + "\n" + worker.Output);
        Assert.Contains("Hello Zaphod", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, output + worker.Output + reeve.Server.Output, StringComparison.Ordinal);
        var (again, saved) = await reeve.RunInAsync(project, "deploy", "-n", "my deployment");
        Assert.True(again == 0, saved);
    }

    [Fact]
    public async Task Program_without_a_terminal_is_told_what_is_missing_and_ends_at_once()
    {
        await using var reeve = new Installation();

        var (code, output) = await reeve.RunAsync("deploy", "--prefect-file", "nothing.yaml");
        Assert.Equal(1, code);
        Assert.Contains("nothing.yaml", output, StringComparison.Ordinal);
        (code, output) = await reeve.RunAsync("--prompt", "deploy");
        Assert.Equal(2, code);
        Assert.Contains("the entrypoint as an argument", output, StringComparison.Ordinal);
    }

    private static async Task MustGitAsync(string folder, params string[] arguments)
    {
        var git = ProcessUnderTest.Start("git", arguments, new Dictionary<string, string?>(), folder);
        await using var _ = git;
        Assert.True(await git.ExitAsync(TimeSpan.FromSeconds(30)) == 0, git.Output);
    }
}
