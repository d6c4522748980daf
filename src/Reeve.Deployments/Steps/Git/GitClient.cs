using System.Text.RegularExpressions;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>
/// Runs git for one repository. A credential goes to the child's environment as a header for this one host: never into the address, so never
/// into .git/config, and never into an argument list.
/// </summary>
internal sealed partial class GitClient(string workingDirectory, GitRepository repository, GitCredential? credential, Action<string>? onLine)
{
    public Task<CommandResult> RunAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments) =>
        new ChildCommand("git", arguments)
        {
            WorkingDirectory = directory,
            Environment = Surroundings(),
            OnLine = onLine,
        }.RunAsync(ct);

    /// <summary>The same, quietly.</summary>
    public Task<CommandResult> AskAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments) =>
        new ChildCommand("git", arguments) { WorkingDirectory = directory, Environment = Surroundings() }.RunAsync(ct);

    /// <exception cref="StepException">There is no git, or one that cannot take a credential through its environment.</exception>
    public async Task RequireGitAsync(CancellationToken ct)
    {
        CommandResult answer;
        try
        {
            answer = await new ChildCommand("git", ["--version"]) { WorkingDirectory = workingDirectory }.RunAsync(ct);
        }
        catch (StepException exception)
        {
            throw new StepException("git_clone: git is not installed on this machine (or not on PATH)", exception);
        }
        var match = VersionNumber().Match(answer.StandardOutput);
        if (credential is not null && match.Success && Version.Parse(match.Value) < new Version(2, 31))
            throw new StepException($"git_clone: git {match.Value} is too old to be given a credential safely; 2.31 or newer is needed");
    }

    private Dictionary<string, string?> Surroundings()
    {
        Dictionary<string, string?> environment = new()
        {
            ["LC_ALL"] = "C", // its messages are read
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_ASKPASS"] = "",
            ["SSH_ASKPASS"] = "",
            ["GIT_TRACE_REDACT"] = null, // no one outside may ask git to print headers
            ["GIT_DIR"] = null, // set when started from a hook, it would send every command to another repository
            ["GIT_WORK_TREE"] = null,
            ["GIT_INDEX_FILE"] = null,
        };
        if (Environment.GetEnvironmentVariable("GIT_SSH_COMMAND") is null)
            environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes";
        if (credential is null || repository.WebRoot is null)
            return environment;

        // Scoped to the host: a submodule or redirect elsewhere does not get it. The empty helper keeps a stored credential from being tried instead.
        Configure(environment, ("credential.helper", ""), ($"http.{repository.WebRoot.AbsoluteUri}.extraHeader", "Authorization: " + credential.Header));
        return environment;
    }

    // After whatever the caller's own environment configures, which must stay.
    private static void Configure(Dictionary<string, string?> environment, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        _ = int.TryParse(Environment.GetEnvironmentVariable("GIT_CONFIG_COUNT"), out var count);
        foreach (var (key, value) in settings)
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = key;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }
        environment["GIT_CONFIG_COUNT"] = count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
