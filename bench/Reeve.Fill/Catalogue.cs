using System.Globalization;
using System.Text;
using System.Text.Json;
using Reeve.Server;

namespace Reeve.Fill;

/// <summary>A deployment that runs are made of.</summary>
internal sealed record Origin(Guid FlowId, string FlowName, Guid DeploymentId, Guid WorkQueueId, string WorkQueueName);

/// <summary>What runs belong to, made by a server through its own API.</summary>
internal sealed record Catalogue(IReadOnlyList<Guid> Flows, IReadOnlyList<Origin> Origins)
{
    private const int FlowCount = 200;
    private const int DeploymentCount = 500;
    private static readonly string[] Nouns = ["ingest", "transform", "report", "sync", "train", "export", "backfill", "audit", "score", "archive"];

    internal static string Noun(int i) => Nouns[i % Nouns.Length];

    internal static async Task<Catalogue> MakeAsync(string database, CancellationToken cancellation)
    {
        var home = Directory.CreateTempSubdirectory("reeve-fill-").FullName;
        try
        {
            await using var server = ServerHost.Build(new ServerOptions { Home = home, Database = database, Port = 0, Logging = _ => { } });
            await server.StartAsync(cancellation);
            using var http = new HttpClient { BaseAddress = new Uri(server.Address + "/api/") };
            for (var i = 0; i < 5; i++)
                await PostAsync(http, "work_pools/", $$"""{"name":"pool-{{i}}","type":"process","base_job_template":{} }""", cancellation);
            List<(Guid Id, string Name)> flows = [];
            for (var i = 0; i < FlowCount; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{Noun(i)}-{i:000}");
                flows.Add(((await PostAsync(http, "flows/", $$"""{"name":"{{name}}","tags":["team-{{i % 8}}"]}""", cancellation)).GetProperty("id").GetGuid(), name));
            }
            List<Origin> origins = [];
            for (var i = 0; i < DeploymentCount; i++)
            {
                var (flow, queue) = (flows[i % FlowCount], i % 3 == 0 ? "default" : $"queue-{i % 3}");
                var made = await PostAsync(http, "deployments/", $$"""
                    {"name":"deployment-{{i}}","flow_id":"{{flow.Id}}","work_pool_name":"pool-{{i % 5}}","work_queue_name":"{{queue}}","schedules":[],"parameters":{},"tags":["d-{{i % 20}}"]}
                    """, cancellation);
                origins.Add(new(flow.Id, flow.Name, made.GetProperty("id").GetGuid(), made.GetProperty("work_queue_id").GetGuid(), queue));
            }
            return new(flows.ConvertAll(flow => flow.Id), origins);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body, CancellationToken cancellation)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"POST {path} answered {(int)answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
