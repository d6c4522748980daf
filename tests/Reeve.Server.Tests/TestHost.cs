using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Reeve.Protocol;
using Reeve.Server.Storage;
using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests;

/// <summary>A server in memory on a new database.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly TestDatabase database;

    private TestHost(TestDatabase database, ServerHost server)
    {
        (this.database, Server) = (database, server);
        Client = server.App.GetTestClient();
        Client.BaseAddress = new Uri("http://localhost/api/");
    }

    internal ServerHost Server { get; }

    internal HttpClient Client { get; }

    internal Database Database => Server.App.Services.GetRequiredService<Database>();

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static async Task<TestHost> StartAsync(DatabaseKind kind = DatabaseKind.Sqlite, Func<ServerOptions, ServerOptions>? change = null)
    {
        var database = await TestDatabase.CreateAsync(kind);
        var options = new ServerOptions
        {
            Home = Path.GetTempPath(),
            Database = database.Connection,
            EncryptionKeyFile = Path.Combine(Path.GetTempPath(), $"reeve-test-{Guid.NewGuid():n}.key"),
            Logging = logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error),
        };
        var server = ServerHost.Build(change is null ? options : change(options), web => web.UseTestServer());
        await server.StartAsync(Cancellation);
        return new(database, server);
    }

    /// <summary>For clients that are no <see cref="HttpClient"/>.</summary>
    internal HttpMessageHandler Handler() => Server.App.GetTestServer().CreateHandler();

    internal T Service<T>()
        where T : notnull => Server.App.Services.GetRequiredService<T>();

    /// <summary>Posts and returns status and body; an empty body is a JSON null.</summary>
    internal async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string text ? new StringContent(text, System.Text.Encoding.UTF8, "application/json") : JsonContent.Create(body);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request, Cancellation);
        var answer = await response.Content.ReadAsStringAsync(Cancellation);
        return ((int)response.StatusCode, answer.Length == 0 ? default : WireJson.Parse(answer));
    }

    internal Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    internal Task<(int Status, JsonElement Body)> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await database.DisposeAsync();
    }
}
