using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Client;

namespace Reeve.Deployments.Tests.Support;

/// <summary>
/// An API of a few nouns, in memory behind the real client: what is sent to it is kept, what it holds can be set. The real server is held
/// against the same calls in the end-to-end tests.
/// </summary>
public sealed class ApiStub : HttpMessageHandler
{
    private const string Time = "2026-11-20T12:00:00.000000+00:00";

    public ConcurrentQueue<(string Method, string Path, JsonNode? Body)> Requests { get; } = [];

    public Dictionary<string, string> Pools { get; } = new() { ["demo"] = "process" };

    public Dictionary<string, string> Secrets { get; } = [];

    public Dictionary<string, JsonNode> Variables { get; } = [];

    public JsonObject? FlowRun { get; set; }

    public JsonObject? Deployment { get; set; }

    /// <summary>The block document that a deployment's code is in.</summary>
    public JsonObject? StorageBlock { get; set; }

    public bool IsDown { get; set; }

    public bool KnowsLeases { get; set; } = true;

    public OrchestrationClient Client => new(new ApiConnection(this, new Uri("http://api.test/api"), RetryPolicy.None));

    public IEnumerable<string> Logged => Requests.Where(request => request.Path == "logs/").SelectMany(request => request.Body!.AsArray()).Select(line => $"{line!["name"]} {line["level"]} {line["message"]}");

    public IEnumerable<string> States => Requests.Where(request => request.Path.EndsWith("/set_state", StringComparison.Ordinal))
        .Select(request => $"{request.Body!["state"]!["type"]}: {request.Body["state"]!["message"]}");

    public IEnumerable<JsonNode> Created(string path) => Requests.Where(request => (request.Method, request.Path) == ("POST", path)).Select(request => request.Body!);

    /// <summary>A run of a deployment with these pull steps and entrypoint.</summary>
    public Guid AddRun(string entrypoint, string? pullSteps, JsonObject? deploymentFields = null)
    {
        var (id, deployment) = (Guid.NewGuid(), Guid.NewGuid());
        Deployment = Common(deployment, "nightly");
        Deployment["flow_id"] = Guid.NewGuid().ToString();
        Deployment["entrypoint"] = entrypoint;
        Deployment["pull_steps"] = pullSteps is null ? null : JsonNode.Parse(pullSteps);
        foreach (var (key, value) in deploymentFields ?? [])
            Deployment[key] = value?.DeepClone();
        FlowRun = Common(id, "brave-otter");
        FlowRun["flow_id"] = Guid.NewGuid().ToString();
        FlowRun["deployment_id"] = deployment.ToString();
        FlowRun["state_type"] = "PENDING";
        FlowRun["state_name"] = "Pending";
        return id;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsDown)
            throw new HttpRequestException("Connection refused");
        var path = request.RequestUri!.AbsolutePath["/api/".Length..];
        var text = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var body = text.Length == 0 ? null : JsonNode.Parse(text);
        Requests.Enqueue((request.Method.Method, path, body));
        var answer = Answer(request.Method.Method, path, body, request.RequestUri.Query);
        return new HttpResponseMessage(answer is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
        {
            Content = new StringContent(answer?.ToJsonString() ?? """{"detail": "not there"}""", Encoding.UTF8, "application/json"),
        };
    }

    private JsonNode? Answer(string method, string path, JsonNode? body, string query) => (method, path.Split('/')) switch
    {
        (_, ["work_pools", "filter"]) => new JsonArray([.. Pools.Select(pool => Pool(pool.Key, pool.Value))]),
        ("GET", ["variables", "name", var name]) => Variables.TryGetValue(name, out var value) ? Variable(name, value) : null,
        ("GET", ["block_types", "slug", "secret", "block_documents", "name", var name]) => Secrets.TryGetValue(name, out var secret)
            ? Block(name, query.Contains("include_secrets=true", StringComparison.Ordinal) ? secret : "********") : null,
        ("GET", ["block_types", "slug", "secret-provider"]) => Named(Guid.NewGuid(), "Secret Provider", ("slug", "secret-provider")),
        ("POST", ["block_schemas", "filter"]) => new JsonArray(Named(Guid.NewGuid(), "x", ("checksum", "sha256:x"), ("block_type_id", Guid.NewGuid().ToString()), ("fields", new JsonObject()))),
        ("POST", ["block_documents", ""]) => KeptBlock(body!),
        ("GET", ["block_types", "slug", var type, "block_documents", "name", var name]) => _blocks.TryGetValue((type, name), out var block) ? block.DeepClone() : null,
        ("GET", ["block_documents", var id]) => StorageBlock?["id"]!.ToString() == id ? StorageBlock.DeepClone() : null,
        ("POST", ["flows", ""]) => Common(Guid.NewGuid(), body!["name"]!.ToString()),
        ("POST", ["deployments", ""]) => Stored(body!),
        ("GET", ["deployments", var id]) => Deployment?["id"]!.ToString() == id ? Deployment.DeepClone() : null,
        ("GET", ["flow_runs", var id]) => FlowRun?["id"]!.ToString() == id ? FlowRun.DeepClone() : null,
        ("POST", ["flow_runs", var id, "lease"]) => KnowsLeases ? new JsonObject
        {
            ["flow_run_id"] = id,
            ["attempt"] = 1,
            ["token"] = Guid.NewGuid().ToString(),
            ["owner"] = "it",
            ["expires"] = Time,
        } : null,
        ("POST", ["flow_runs", _, "set_state"]) => Accept(body!["state"]!),
        ("POST", ["logs", ""]) => new JsonObject(),
        _ => null,
    };

    private readonly Dictionary<(string, string), JsonObject> _blocks = [];

    // of the only type that a deploy makes blocks of
    private JsonObject KeptBlock(JsonNode body)
    {
        var block = Named(Guid.NewGuid(), body["name"]!.ToString(), ("data", body["data"]!.DeepClone()), ("block_schema_id", body["block_schema_id"]!.DeepClone()), ("block_type_id", body["block_type_id"]!.DeepClone()));
        _blocks[("secret-provider", body["name"]!.ToString())] = block;
        return (JsonObject)block.DeepClone();
    }

    private static JsonObject Named(Guid id, string name, params IEnumerable<(string Name, JsonNode? Value)> more)
    {
        var made = Common(id, name);
        foreach (var (key, value) in more)
            made[key] = value;
        return made;
    }

    private static JsonObject Common(Guid id, string name) => new() { ["id"] = id.ToString(), ["created"] = Time, ["updated"] = Time, ["name"] = name };

    private static JsonObject Pool(string name, string type)
    {
        var pool = Common(Guid.NewGuid(), name);
        pool["type"] = type;
        return pool;
    }

    private static JsonObject Variable(string name, JsonNode value)
    {
        var variable = Common(Guid.NewGuid(), name);
        variable["value"] = value.DeepClone();
        return variable;
    }

    private static JsonObject Block(string name, string secret)
    {
        var block = Common(Guid.NewGuid(), name);
        block["data"] = new JsonObject { ["value"] = secret };
        block["block_schema_id"] = Guid.NewGuid().ToString();
        block["block_type_id"] = Guid.NewGuid().ToString();
        return block;
    }

    private static JsonObject Stored(JsonNode body)
    {
        var deployment = Common(Guid.NewGuid(), body["name"]!.ToString());
        deployment["flow_id"] = body["flow_id"]!.DeepClone();
        deployment["work_pool_name"] = body["work_pool_name"]?.DeepClone();
        return deployment;
    }

    private JsonObject Accept(JsonNode state)
    {
        FlowRun!["state_type"] = state["type"]!.DeepClone();
        FlowRun["state_name"] = state["type"]!.ToString();
        return new JsonObject
        {
            ["state"] = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["type"] = state["type"]!.DeepClone(), ["name"] = "x", ["timestamp"] = Time },
            ["status"] = "ACCEPT",
            ["details"] = new JsonObject { ["type"] = "accept_details" },
        };
    }
}
