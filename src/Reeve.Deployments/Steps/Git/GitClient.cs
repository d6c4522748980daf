using System.Globalization;
using System.Text.RegularExpressions;
using Reeve.Deployments.Running;

namespace Reeve.Deployments.Steps.Git;

/// <summary>
/// Runs git for one repository. A credential goes to the child's environment as a header for this one host: never into the address, so never
/// into .git/config, and never into an argument list.
/// </summary>
internal sealed partial class GitClient(GitRepository repository, GitCredential? credential, SshIdentity? identity, StepContext context)
{
    // A fault of the way there is tried again after these.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(10);

    private long _lastProgress;

    /// <summary>A command that speaks to the server, tried again while the way there is at fault.</summary>
    public async Task<CommandResult> RemoteAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments)
    {
        _lastProgress = context.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var result = await Command(directory, arguments, RemoteSurroundings(), OnProgress).RunAsync(ct);
            if (result.ExitCode == 0 || attempt == Pauses.Length || !GitFailure.IsTransient(result.StandardError))
                return result;
            context.Log(LineLevel.Warning, $"git_clone: {GitFailure.Words(result.StandardError)}; trying again in {Pauses[attempt].TotalSeconds:0.#} s");
            await Task.Delay(Pauses[attempt], context.Time, ct);
        }
    }

    /// <summary>A command on this machine only: it gets no credential and may use no network.</summary>
    public Task<CommandResult> LocalAsync(string directory, CancellationToken ct, params IReadOnlyList<string> arguments)
    {
        var environment = Surroundings("file");
        return Command(directory, arguments, environment, null).RunAsync(ct);
    }

    /// <exception cref="StepException">There is no git, or one that cannot take a credential through its environment.</exception>
    public async Task RequireGitAsync(CancellationToken ct)
    {
        CommandResult answer;
        try
        {
            answer = await Command(context.WorkingDirectory, ["--version"], [], null).RunAsync(ct);
        }
        catch (StepException exception) when (Directory.Exists(context.WorkingDirectory))
        {
            throw new StepException("git_clone: git is not installed on this machine (or not on PATH)", exception);
        }
        var match = VersionNumber().Match(answer.StandardOutput);
        if (match.Success && Version.Parse(match.Value) < new Version(2, 31))
            throw new StepException($"git_clone: git {match.Value} is too old to be given settings and credentials safely; 2.31 or newer is needed");
    }

    private ChildCommand Command(string directory, IReadOnlyList<string> arguments, Dictionary<string, string?> environment, Action<string>? onLine) =>
        new("git", arguments) { WorkingDirectory = directory, Environment = environment, OnLine = onLine, Time = context.Time };

    private Dictionary<string, string?> RemoteSurroundings()
    {
        // Addresses of submodules come from the repository: what they may speak is what repositories are fetched by, never a program's name.
        var environment = Surroundings(repository.IsLocal ? "http:https:ssh:git:file" : "http:https:ssh:git");
        environment["GIT_HTTP_LOW_SPEED_LIMIT"] = "1"; // a server that says nothing for a minute is gone
        environment["GIT_HTTP_LOW_SPEED_TIME"] = "60";
        if (identity is not null || Environment.GetEnvironmentVariable("GIT_SSH_COMMAND") is null)
            environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15" + identity?.Options;
        if (credential is null || repository.WebRoot is not { } root)
            return environment;

        // Scoped to the host: a submodule or redirect elsewhere does not get it. The empty helper keeps a stored credential from being tried instead.
        // A submodule written as an ssh address of the same host is fetched by https, where this credential is good.
        Configure(environment,
            ($"credential.{root.AbsoluteUri}.helper", ""),
            ($"http.{root.AbsoluteUri}.extraHeader", "Authorization: " + credential.Header),
            ($"url.{root.AbsoluteUri}.insteadOf", $"git@{root.Host}:"),
            ($"url.{root.AbsoluteUri}.insteadOf", $"ssh://git@{root.Host}/"));
        return environment;
    }

    private static Dictionary<string, string?> Surroundings(string protocols)
    {
        Dictionary<string, string?> environment = new()
        {
            ["LC_ALL"] = "C", // its messages are read
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_ASKPASS"] = "",
            ["SSH_ASKPASS"] = "",
            ["GIT_ALLOW_PROTOCOL"] = protocols,
        };
        // No one outside may ask git to print headers; and set when started from a hook, the others would send every command to another repository.
        foreach (var name in (ReadOnlySpan<string>)["GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "GIT_TRACE_REDACT", "GIT_TRACE2", "GIT_TRACE2_EVENT",
            "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES"])
            environment[name] = null;
        // Nothing runs because of a clone: no hooks of a template, no upkeep that outlives the step.
        Configure(environment, ("core.hooksPath", OperatingSystem.IsWindows() ? "NUL" : "/dev/null"), ("gc.auto", "0"), ("maintenance.auto", "false"), ("advice.detachedHead", "false"));
        return environment;
    }

    // After whatever is configured there already, the caller's own environment included, which must stay.
    private static void Configure(Dictionary<string, string?> environment, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        _ = int.TryParse(environment.GetValueOrDefault("GIT_CONFIG_COUNT") ?? Environment.GetEnvironmentVariable("GIT_CONFIG_COUNT"), out var count);
        foreach (var (key, value) in settings)
        {
            environment[$"GIT_CONFIG_KEY_{count}"] = key;
            environment[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }
        environment["GIT_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }

    // Lines like "Receiving objects:  34% (3400/10000), 12.30 MiB | 2.10 MiB/s", one in a while.
    private void OnProgress(string line)
    {
        if (!Received().IsMatch(line) || context.Time.GetElapsedTime(Interlocked.Read(ref _lastProgress)) < BetweenProgress)
            return;
        Interlocked.Exchange(ref _lastProgress, context.Time.GetTimestamp());
        context.Log(LineLevel.Information, "git_clone: " + line.Trim());
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"^(Receiving objects|Resolving deltas|Updating files):\s+\d+%")]
    private static partial Regex Received();
}
