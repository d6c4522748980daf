namespace Reeve.Cli.Tests;

/// <summary>The command line in process, with a home of its own and nothing of the environment of whoever runs the tests.</summary>
public sealed class TestCli : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-cli-").FullName;

    public TestCli() => Environment["REEVE_HOME"] = _home;

    public Dictionary<string, string?> Environment { get; } = [];

    public string Home => _home;

    public async Task<CliResult> RunAsync(params string[] args) => await RunAsync("", args);

    public async Task<CliResult> RunAsync(string input, string[] args) => await RunAsync(new StringReader(input), args);

    public async Task<CliResult> RunAsync(TextReader input, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var session = new CliSession(new Terminal(input, output, error, isInteractive: false), name => Environment.GetValueOrDefault(name), TimeProvider.System) { Folder = _home };
        var code = await CommandLine.RunAsync(args, session, TestContext.Current.CancellationToken);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}

public sealed record CliResult(int Code, string Output, string Error);
