namespace Reeve.Cli.Tests;

/// <summary>The command line in process, with a home of its own and nothing of the environment of whoever runs the tests.</summary>
public sealed class TestCli : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-cli-").FullName;

    public TestCli() => (Environment["REEVE_HOME"], Folder) = (_home, _home);

    public Dictionary<string, string?> Environment { get; } = [];

    public string Home => _home;

    public async Task<CliResult> RunAsync(params string[] args) => await RunAsync("", args);

    public async Task<CliResult> RunAsync(string input, string[] args) => await RunAsync(new StringReader(input), args);

    public async Task<CliResult> RunAsync(TextReader input, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var session = new CliSession(new Terminal(input, output, error, isInteractive: false), name => Environment.GetValueOrDefault(name), TimeProvider.System) { Folder = Folder };
        var code = await CommandLine.RunAsync(args, session, TestContext.Current.CancellationToken);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>As a person at a terminal: each line answers a question, <paramref name="hidden"/> the ones that are not shown.</summary>
    public async Task<CliResult> AnswerAsync(string[] answers, string[] hidden, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var secrets = new Queue<string>(hidden);
        var terminal = new Terminal(new StringReader(string.Concat(answers.Select(answer => answer + "\n"))), output, error, isInteractive: true) { ReadHidden = () => secrets.TryDequeue(out var secret) ? secret : "" };
        using var session = new CliSession(terminal, name => Environment.GetValueOrDefault(name), TimeProvider.System) { Folder = Folder };
        var code = await CommandLine.RunAsync(args, session, TestContext.Current.CancellationToken);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>The folder that commands run in.</summary>
    public string Folder { get; set; }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}

public sealed record CliResult(int Code, string Output, string Error);
