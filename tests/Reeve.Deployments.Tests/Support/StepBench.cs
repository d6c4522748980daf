using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Reeve.Deployments.Running;
using Reeve.Deployments.Steps;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Tests.Support;

/// <summary>Runs steps in a folder of their own and keeps their lines.</summary>
public sealed class StepBench : IDisposable
{
    private readonly ConcurrentQueue<OutputLine> _lines = [];
    private readonly bool _ownsHome;

    public StepBench(TemporaryFolder? home = null)
    {
        _ownsHome = home is null;
        Home = home ?? new TemporaryFolder();
        Context = new StepContext
        {
            WorkingDirectory = Folder.Path,
            Sink = _lines.Enqueue,
            Home = Home.Path,
            Scope = new TemplateScope
            {
                Environment = Environment.GetEnvironmentVariable,
                Block = (type, name, _) => Task.FromResult(Blocks.GetValueOrDefault($"{type}/{name}")),
                Variable = (_, _) => Task.FromResult((false, (JsonNode?)null)),
            },
        };
    }

    public TemporaryFolder Folder { get; } = new();

    public TemporaryFolder Home { get; }

    public StepContext Context { get; }

    public Dictionary<string, BlockData> Blocks { get; } = [];

    public IEnumerable<string> Lines => _lines.Select(line => line.Message);

    public Task<JsonObject> RunAsync(string steps) => RunUntilAsync(steps, TestContext.Current.CancellationToken);

    public Task<JsonObject> RunUntilAsync(string steps, CancellationToken ct) => new StepRunner(StepCatalog.BuiltIn, Context).RunAsync(JsonNode.Parse(steps)!.AsArray(), [], ct);

    public async Task<string> FailAsync(string steps) => (await Assert.ThrowsAsync<StepException>(() => RunAsync(steps))).Message;

    public void Dispose()
    {
        Folder.Dispose();
        if (_ownsHome)
            Home.Dispose();
    }
}
