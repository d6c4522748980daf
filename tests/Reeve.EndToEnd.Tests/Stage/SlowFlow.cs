using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Stage;

/// <summary>A server with a deployed C# flow that takes its time: each of its tasks adds a line to a file of marks and waits until the test lets it go on.</summary>
internal sealed class SlowFlow : IAsyncDisposable
{
    private const string Source = """
        #:package Reeve@0.1.0
        using Reeve;

        await Flows.Slow("", 0);

        static class Flows
        {
            [Flow]
            public static async Task<int> Slow(string folder, int steps)
            {
                await File.AppendAllTextAsync(Path.Combine(folder, "started"), "x");
                for (var i = 0; i < steps; i++)
                    await Step(folder, i);
                return steps;
            }

            [Task]
            public static async Task Step(string folder, int number)
            {
                await File.AppendAllTextAsync(Path.Combine(folder, "marks"), number + "\n");
                while (!File.Exists(Path.Combine(folder, "go" + number)) && !File.Exists(Path.Combine(folder, "go")))
                    await Task.Delay(50);
            }
        }
        """;

    public const string Pool = "stage";

    public Installation Reeve { get; } = new();

    public string Project => Path.Combine(Reeve.Folder, "project");

    private Guid Deployment { get; set; }

    /// <summary>Server up, flow deployed and built, no worker yet.</summary>
    public static Task<SlowFlow> PrepareAsync() => PrepareAsync("slow", "Slow", Source);

    /// <summary>The same with another flow.</summary>
    public static async Task<SlowFlow> PrepareAsync(string name, string method, string source, Dictionary<string, string>? settings = null)
    {
        var flow = new SlowFlow();
        foreach (var (setting, value) in settings ?? [])
            flow.Reeve.Environment[setting] = value;
        Directory.CreateDirectory(Path.Combine(flow.Project, "flows"));
        await File.WriteAllTextAsync(Path.Combine(flow.Project, "flows", $"{name}.cs"), source);
        await File.WriteAllTextAsync(Path.Combine(flow.Project, "prefect.yaml"), $$"""
            name: stage
            pull:
            - prefect.deployments.steps.set_working_directory:
                directory: {{flow.Project}}
            deployments:
            - name: {{name}}
              entrypoint: flows/{{name}}.cs:{{method}}
              parameters: { folder: "" }
              work_pool: { name: {{Pool}} }
            """);
        await flow.Reeve.StartServerAsync();
        await flow.MustAsync("work-pool", "create", Pool, "--type", "process");
        await flow.MustAsync("deploy", "--all");
        flow.Deployment = (await flow.Reeve.Api.FindDeploymentAsync(name, name, TestContext.Current.CancellationToken))!.Id;
        return flow;
    }

    public ProcessUnderTest StartWorker(string name) => Reeve.Start("worker", "start", "--pool", Pool, "--name", name);

    /// <summary>A run and the folder that its tasks leave their marks in.</summary>
    public Task<(FlowRun Run, string Folder)> CreateRunAsync(int steps = 3) => CreateRunAsync(new Dictionary<string, object> { ["steps"] = steps });

    /// <summary>A run with parameters beside the folder.</summary>
    public async Task<(FlowRun Run, string Folder)> CreateRunAsync(Dictionary<string, object> more)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Reeve.Folder, $"run-{Guid.NewGuid():N}")).FullName;
        var parameters = JsonSerializer.SerializeToElement(
            new Dictionary<string, object>(more) { ["folder"] = folder });
        var run = await Reeve.Api.CreateFlowRunAsync(Deployment, new DeploymentFlowRunCreate { Parameters = parameters }, TestContext.Current.CancellationToken);
        return (run, folder);
    }

    /// <summary>Waits until the run's task of a number has begun.</summary>
    public static async Task StepBegunAsync(string folder, int number)
    {
        var marks = Path.Combine(folder, "marks");
        await Until($"step {number} begins", () => Task.FromResult(File.Exists(marks) && File.ReadAllLines(marks).Contains($"{number}")), () => "");
    }

    public async Task<FlowRun> StateAsync(Guid run, Func<FlowRun, bool> wanted)
    {
        FlowRun? seen = null;
        await Until("the state is reached", async () => wanted(seen = (await Reeve.Api.FindFlowRunAsync(run, TestContext.Current.CancellationToken))!), () => $"{seen?.StateType} {seen?.StateName}: {seen?.State?.Message}");
        return seen!;
    }

    public async Task<string> LogsAsync(Guid run)
    {
        var query = new Query { Logs = new LogFilter { FlowRunId = new AnyOf<Guid> { Any = [run] } }, Sort = "TIMESTAMP_ASC" };
        return string.Join('\n', (await Reeve.Api.FindLogsAsync(query, TestContext.Current.CancellationToken)).Select(l => l.Message));
    }

    /// <summary>Waits for something that happens outside of the test.</summary>
    public static async Task Until(string what, Func<Task<bool>> happened, Func<string> seen)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await happened())
        {
            try
            {
                await pulse.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"90 seconds passed before {what}. {seen()}");
            }
        }
    }

    private async Task MustAsync(params string[] arguments)
    {
        var (code, output) = await Reeve.RunInAsync(Project, arguments);
        if (code != 0)
            throw new InvalidOperationException($"reeve {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    public ValueTask DisposeAsync() => Reeve.DisposeAsync();
}
