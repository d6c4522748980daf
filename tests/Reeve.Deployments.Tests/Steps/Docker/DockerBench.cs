using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;
using Reeve.Deployments.Tests.Docker;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Docker;

/// <summary>Steps on a real engine, in a folder of their own.</summary>
public sealed class DockerBench : IDisposable
{
    private readonly ConcurrentQueue<OutputLine> _lines = [];
    private readonly StepRunner _runner;

    public DockerBench(Func<string, string?> environment)
    {
        Context = new StepContext
        {
            WorkingDirectory = Folder.Path,
            Sink = line =>
            {
                _lines.Enqueue(line);
                Heard?.Invoke(line.Message);
            },
            Scope = new TemplateScope
            {
                Environment = environment,
                Block = (type, name, _) => Task.FromResult(Blocks.GetValueOrDefault($"{type}/{name}")),
                Variable = (_, _) => Task.FromResult((false, (JsonNode?)null)),
            },
        };
        _runner = new StepRunner(StepCatalog.BuiltIn, Context);
    }

    public TemporaryFolder Folder { get; } = new();

    public StepContext Context { get; }

    public Dictionary<string, BlockData> Blocks { get; } = [];

    public Action<string>? Heard { get; set; }

    public string Log => string.Join('\n', _lines.Select(line => line.Message));

    /// <summary>A name no other test has.</summary>
    public string Image { get; } = "reeve-test/" + Guid.NewGuid().ToString("N");

    public Task<JsonObject> BuildAsync(string inputs, CancellationToken? ct = null) => RunAsync("build_docker_image", inputs, ct);

    public Task<JsonObject> PushAsync(string inputs) => RunAsync("push_docker_image", inputs);

    public async Task<string> BuildFailsAsync(string inputs) => (await Assert.ThrowsAsync<StepException>(() => BuildAsync(inputs))).Message;

    public async Task<string> PushFailsAsync(string inputs) => (await Assert.ThrowsAsync<StepException>(() => PushAsync(inputs))).Message;

    public void Dispose() => Folder.Dispose();

    // Base images of these tests are on the engine only.
    private Task<JsonObject> RunAsync(string step, string inputs, CancellationToken? ct = null)
    {
        var all = (JsonObject)JsonNode.Parse(inputs)!;
        if (step == "build_docker_image")
        {
            all["image_name"] ??= Image;
            all["pull"] ??= false;
        }
        return _runner.RunAsync([new JsonObject { ["prefect_docker.deployments.steps." + step] = all }], [], ct ?? TestContext.Current.CancellationToken);
    }
}
