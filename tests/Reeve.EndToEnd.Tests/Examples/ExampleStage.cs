using Reeve.EndToEnd.Tests.Stage;
using Reeve.Protocol;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Logs;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Examples;

/// <summary>A server that all examples share, and the programs of <c>examples/</c>, built as a user builds them: against the package that this clone has packed.</summary>
public sealed class ExampleStage : IAsyncLifetime
{
    private readonly List<ProcessUnderTest> _programs = [];

    internal Installation Reeve { get; } = new();

    public string Folder => Reeve.Folder;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Reeve.StartServerAsync();

    /// <summary>Builds a program and gives its path.</summary>
    /// <param name="source">A file or project, in <c>examples/</c> or anywhere.</param>
    internal async Task<string> BuildAsync(string source)
    {
        var file = Path.Combine(Repository.Root, "examples", source);
        var output = Path.Combine(Folder, "programs", Path.GetFileNameWithoutExtension(file));
        var environment = new Dictionary<string, string?>(Reeve.Environment)
        {
            ["RestoreAdditionalProjectSources"] = Path.Combine(Repository.Root, "artifacts", "current", "packages"),
            ["NuGetAudit"] = "false",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        };
        // No build servers: they would outlive the test, with whatever they inherited.
        var build = Track(ProcessUnderTest.Start("dotnet", ["build", file, "-c", "Release", "-o", output, "-v", "q", "--nologo", "--disable-build-servers"], environment, Path.GetDirectoryName(file)!));
        Assert.True(await build.ExitAsync(TimeSpan.FromMinutes(3)) == 0, build.Output);
        Assert.DoesNotContain("warning", build.Output, StringComparison.Ordinal); // what we show is clean
        return Path.Combine(output, $"{Path.GetFileNameWithoutExtension(file)}.dll");
    }

    /// <summary>Starts a program and leaves it running.</summary>
    internal ProcessUnderTest Start(string program, params IEnumerable<string> arguments) =>
        Track(ProcessUnderTest.Start("dotnet", [program, .. arguments], Reeve.Environment, Folder));

    /// <summary>Runs a program to its end.</summary>
    internal async Task<(int ExitCode, string Output)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        var process = Start(program, arguments);
        return (await process.ExitAsync(TimeSpan.FromMinutes(2)), process.Output);
    }

    /// <summary>Runs a program, which must end well.</summary>
    internal async Task<string> MustRunAsync(string program, params IEnumerable<string> arguments)
    {
        var (code, output) = await RunAsync(program, arguments);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Runs a command in a folder, which must end well.</summary>
    internal async Task<string> MustAsync(string folder, params IEnumerable<string> words)
    {
        var (code, output) = await Reeve.RunInAsync(folder, words);
        Assert.True(code == 0, $"reeve {string.Join(' ', words)} ended with {code}:\n{output}");
        return output;
    }

    internal string NewFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    /// <summary>A copy of an example, for commands that a user runs in its folder.</summary>
    internal string Copy(string example)
    {
        var copy = NewFolder(example);
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "examples", example)))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    /// <summary>The runs of a flow, the newest first.</summary>
    internal Task<List<FlowRun>> RunsAsync(string flow) =>
        Reeve.Api.FindFlowRunsAsync(new Query { Flows = new FlowFilter { Name = new AnyOf<string> { Any = [flow] } }, Sort = "START_TIME_DESC" }, Ct);

    internal Task<List<TaskRun>> TasksAsync(Guid run) =>
        Reeve.Api.FindTaskRunsAsync(new Query { TaskRuns = new TaskRunFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } }, Limit = 200 }, Ct);

    /// <summary>Waits for a line among the last of a run, which arrive after its last state.</summary>
    internal async Task LogsHaveAsync(Guid run, string part)
    {
        var query = new Query { Logs = new LogFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } }, Sort = "TIMESTAMP_DESC" };
        List<Log> lines = [];
        await SlowFlow.Until(
            $"'{part}' is in the logs",
            async () => (lines = await Reeve.Api.FindLogsAsync(query, Ct)).Any(line => line.Message.Contains(part, StringComparison.Ordinal)),
            () => string.Join('\n', lines.Select(line => line.Message)));
    }

    /// <summary>Waits until a run is in a state of some kind.</summary>
    internal async Task<FlowRun> UntilAsync(Guid run, Func<FlowRun, bool> wanted, Func<string>? seen = null)
    {
        FlowRun? last = null;
        await SlowFlow.Until(
            "the state is reached",
            async () => wanted(last = (await Reeve.Api.FindFlowRunAsync(run, Ct))!),
            () => $"{last?.StateName}: {last?.State?.Message}\n{seen?.Invoke()}");
        return last!;
    }

    private ProcessUnderTest Track(ProcessUnderTest process)
    {
        _programs.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in Enumerable.Reverse(_programs))
            await program.DisposeAsync();
        await Reeve.DisposeAsync();
    }
}
