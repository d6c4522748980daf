using Reeve.Client;
using Reeve.Engine;
using Reeve.Settings;
using Reeve.Tests.Api;

namespace Reeve.Generators.Tests;

/// <summary>Runs the <c>Entry.Start</c> of a snippet in a session of its own.</summary>
internal sealed class RunningSnippet : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-generated").FullName;
    private readonly EngineSession _session;

    public RunningSnippet()
    {
        var settings = new ReeveSettings(_ => null, new Profile("test", new Dictionary<string, string> { ["REEVE_HOME"] = _home }));
        _session = new EngineSession(settings, new ApiConnection(new SocketsHttpHandler(), Api.Url, RetryPolicy.None), TimeProvider.System);
    }

    public RecordingApi Api { get; } = new();

    public async Task<string> RunAsync(string source, params Microsoft.CodeAnalysis.MetadataReference[] references)
    {
        EngineSession.Current = _session;
        var start = Snippet.Compile(source, references: references).Load().GetType("Entry")!.GetMethod("Start")!;
        return await (Task<string>)start.Invoke(null, null)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await Api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
