using System.Net;
using System.Text.Json;
using Reeve.Client;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.ConcurrencyLimits;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Filters;
using Reeve.Protocol.Runs;

namespace Reeve.EndToEnd.Tests.Authoring;

/// <summary>What flows ask for beside their tasks, once each against the real server. The corners are the unit tests' part.</summary>
public sealed class ContextTests : IAsyncLifetime
{
    private static readonly AsyncLocal<ContextTests> Test = new();
    private ServerSession _stage = null!;
    private FlowRunContext? _seen;
    private Guid _runId;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Test.Value = this;
        _stage = await ServerSession.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _stage.DisposeAsync();

    private Task In(Func<Task> code)
    {
        Test.Value = this;
        return _stage.In(code);
    }

    [Fact]
    public async Task Run_knows_its_deployment_tags_count_parents_and_addresses()
    {
        var run = await DeployedRunAsync("knowing");

        Assert.Equal(0, await ExecuteAsync(run.Id, "knowing", () => Knowing(Token)));

        Assert.Equal((run.DeploymentId, 1, "1.2"), (_seen!.DeploymentId, _seen.RunCount, _seen.FlowVersion));
        Assert.Equal(["blue"], _seen.Tags);
        Assert.Equal("prod", await _seen.GetDeploymentNameAsync(Token));
        Assert.Equal($"{_stage.Api.Connection.ApiUrl}/flow_runs/{run.Id}", _seen.ApiUrl.ToString());
        Assert.Equal($"{_stage.Session.UiUrl}/runs/flow-run/{run.Id}", _seen.UiUrl.ToString());
        Assert.Null(await _seen.GetParentFlowRunIdAsync(Token));
    }

    [Fact]
    public async Task Run_knows_when_it_was_due_and_which_pool_handed_it_out()
    {
        var due = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        await _stage.Api.CreateWorkPoolAsync(new() { Name = "local", Type = "process" }, Token);
        var flow = await _stage.Api.CreateFlowAsync(new FlowCreate { Name = "due" }, Token);
        var deployment = await _stage.Api.CreateDeploymentAsync(new DeploymentCreate { Name = "prod", FlowId = flow.Id, WorkPoolName = "local" }, Token);
        var state = new StateCreate { Type = StateType.Scheduled, StateDetails = new StateDetails { ScheduledTime = due } };
        var run = await _stage.Api.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate { State = state, JobVariables = WireJson.Parse("""{"cpu":2}""") }, Token);

        Assert.Equal(0, await ExecuteAsync(run.Id, "due", () => Knowing(Token)));

        Assert.Equal(("local", "default", due), (_seen!.WorkPoolName, _seen.WorkQueueName, _seen.ScheduledStartTime));
        Assert.Equal("""{"cpu":2}""", _seen.JobVariables.GetRawText());
    }

    [Fact]
    public async Task Artifacts_belong_to_their_runs_and_the_newest_of_a_key_is_read_back()
    {
        await In(() => Reporting(Token));

        var table = await In2(() => Artifacts.FindLatestAsync("sales", Token));
        Assert.Equal("""[{"Name":"tea","Sold":3},{"Name":"milk","Sold":1}]""", table!.Data!.Value.GetString());
        var all = await _stage.Api.FindArtifactsAsync(new Query { Artifacts = new() { FlowRunId = new() { Any = [_runId] } } }, Token);
        var made = all.Where(one => one.Type != "result").ToList(); // the server lists kept results as artifacts, too
        Assert.Equal(["image", "markdown", "markdown", "progress", "table", "table"], made.Select(one => one.Type).Order(StringComparer.Ordinal));
        Assert.NotNull(table.TaskRunId);
        Assert.Equal(75, made.Single(one => one.Type == "progress").Data!.Value.GetDouble());
        Assert.Contains(made, one => one.Data!.Value.ToString() == "[Shop](https://shop.example)");
    }

    [Fact]
    public Task Variables_are_kept_changed_and_deleted() => In(async () =>
    {
        Assert.Equal(7, await Variables.GetAsync("batch-size", 7, Token));
        await Variables.SetAsync("batch-size", 100, ct: Token);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Variables.SetAsync("batch-size", 200, ct: Token));
        await Variables.SetAsync("batch-size", new Size(2, "large"), overwrite: true, ct: Token);

        Assert.Equal("There is a variable 'batch-size' already. Pass overwrite: true to change it.", refused.Message);
        Assert.Equal(new Size(2, "large"), await Variables.GetAsync<Size>("batch-size", ct: Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Variables.GetAsync<int>("batch-size", ct: Token));
        Assert.True(await Variables.DeleteAsync("batch-size", Token));
        Assert.False(await Variables.DeleteAsync("batch-size", Token));
    });

    [Fact]
    public Task Block_with_a_secret_and_another_block_is_kept_and_read_back() => In(async () =>
    {
        var login = new Login("ada", "geheim");
        await Blocks.SaveAsync(login, "admin", ct: Token);
        await Blocks.SaveAsync(new Database("db.example", 5432, login, Secrets: new Dictionary<string, Secret<string>> { ["salt"] = "salz" }), "prod", ct: Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Blocks.SaveAsync(new Database("other", 1, login), "prod", ct: Token));

        var loaded = await Blocks.LoadAsync<Database>("prod", Token);
        Assert.Equal(("db.example", 5432, "geheim", "salz"), (loaded.Host, loaded.Port, loaded.Login.Password.Reveal(), loaded.Secrets!["salt"].Reveal()));
        Assert.Equal("geheim", (await Blocks.LoadAsync("test-database/prod", Token)).GetProperty("login").GetProperty("password").GetString());

        // by reference: the inner block's change is seen through the outer one, and it stays one when the outer is saved again
        await Blocks.SaveAsync(new Login("ada", "neu"), "admin", overwrite: true, ct: Token);
        await Blocks.SaveAsync(loaded, "prod", overwrite: true, ct: Token);
        Assert.Equal("neu", (await Blocks.LoadAsync<Database>("prod", Token)).Login.Password.Reveal());

        var shown = await _stage.Api.FindBlockDocumentAsync("test-database", "prod", includeSecrets: false, Token);
        Assert.DoesNotContain("neu", shown!.Data.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("salz", shown.Data.GetRawText(), StringComparison.Ordinal);
        var fields = shown.BlockSchema!.Fields;
        Assert.Equal("""["secrets.*","login.password"]""", fields.GetProperty("secret_fields").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("test-login", fields.GetProperty("block_schema_references").GetProperty("login").GetProperty("block_type_slug").GetString());
        Assert.Equal(["host", "port", "login"], fields.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));
    });

    [Fact]
    public Task Built_in_blocks_are_typed_records() => In(async () =>
    {
        await Blocks.SaveAsync(new SecretBlock("s3cret"), "api-key", ct: Token);
        await Blocks.SaveAsync(new WebhookBlock("https://hook.example", Headers: new Dictionary<string, Secret<string>> { ["X-Key"] = "k" }), "hook", ct: Token);
        await Blocks.SaveAsync(new LocalFileSystemBlock("/data"), "files", ct: Token);
        await Blocks.SaveAsync(new StringBlock("text"), "words", ct: Token);

        Assert.Equal("s3cret", (await Blocks.LoadAsync<SecretBlock>("api-key", Token)).Value.Reveal());
        var hook = await Blocks.LoadAsync<WebhookBlock>("hook", Token);
        Assert.Equal(("https://hook.example", "POST", "k"), (hook.Url.Reveal(), hook.Method, hook.Headers!["X-Key"].Reveal()));
        Assert.Equal("/data", (await Blocks.LoadAsync<LocalFileSystemBlock>("files", Token)).Basepath);
        Assert.Equal("text", (await Blocks.LoadAsync<StringBlock>("words", Token)).Value);
    });

    [Fact]
    public async Task Events_of_a_run_are_stored_in_order_when_it_ends_and_related_to_it()
    {
        await In(() => Selling(Token));

        var page = await _stage.Api.Connection.SendAsync<JsonElement>(HttpMethod.Post, "events/filter", WireJson.Parse("""{"filter":{"event":{"prefix":["order."]},"order":"ASC"}}"""), Token);
        var events = page.GetProperty("events").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(0, 20), events.Select(one => one.GetProperty("payload").GetProperty("Number").GetInt32()));
        Assert.All(events, one => Assert.Contains(
            one.GetProperty("related").EnumerateArray(), resource => resource.GetProperty("prefect.resource.id").GetString() == $"prefect.flow-run.{_runId}"));
    }

    [Fact]
    public Task Slots_are_held_by_the_scope_and_given_back_with_it() => In(async () =>
    {
        await _stage.Api.CreateGlobalLimitAsync(new GlobalLimitCreate { Name = "db", Limit = 2 }, Token);
        await _stage.Api.CreateGlobalLimitAsync(new GlobalLimitCreate { Name = "api", Limit = 1, SlotDecayPerSecond = 20 }, Token);

        await using (var scope = await ConcurrencyLimits.AcquireAsync("db", slots: 2, ct: Token))
        {
            Assert.Equal(2, (await _stage.Api.FindGlobalLimitAsync("db", Token))!.ActiveSlots);
            Assert.False(scope.Token.IsCancellationRequested);
            await Assert.ThrowsAsync<TimeoutException>(() => ConcurrencyLimits.AcquireAsync("db", timeout: TimeSpan.Zero, ct: Token));
        }

        Assert.Equal(0, (await _stage.Api.FindGlobalLimitAsync("db", Token))!.ActiveSlots);
        await ConcurrencyLimits.RateLimitAsync("api", ct: Token);
        await ConcurrencyLimits.RateLimitAsync("api", ct: Token);
        await using (await ConcurrencyLimits.AcquireAsync("nowhere", ct: Token))
            await Assert.ThrowsAsync<InvalidOperationException>(() => ConcurrencyLimits.AcquireAsync("nowhere", strict: true, ct: Token));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Assert.ThrowsAsync<ApiException>(() => ConcurrencyLimits.AcquireAsync("db", slots: 3, ct: Token))).Status);
    });

    [Fact]
    public async Task Paused_flow_goes_on_with_the_answer_that_fits()
    {
        var running = In(() => Deciding(Token));
        var paused = await StateAsync(StateType.Paused);

        var schema = await _stage.Api.FindFlowRunInputsAsync(_runId, new FlowRunInputFilter(paused.StateDetails.RunInputKeyset!["schema"]), Token);
        Assert.Contains("\"approved\"", Assert.Single(schema).Value, StringComparison.Ordinal);
        var refused = await _stage.Api.ResumeFlowRunAsync(_runId, new FlowRunResume(new() { ["approved"] = WireJson.Parse("\"perhaps\"") }), Token);
        Assert.Equal(OrchestrationStatus.Reject, refused.Status);
        await _stage.In(() => FlowRuns.ResumeAsync(_runId, new Approval(true, "fine"), Token));

        await running;
        Assert.Equal(new Approval(true, "fine"), _answer);
        Assert.Equal(StateType.Completed, (await _stage.Api.FindFlowRunAsync(_runId, Token))!.StateType);
    }

    [Theory]
    [InlineData(StateType.Cancelling)] // as people ask for it
    [InlineData(StateType.Cancelled)] // as other clients may
    public async Task Cancelling_a_paused_flow_ends_it_cancelled(StateType asked)
    {
        var running = In(() => Deciding(Token));
        await StateAsync(StateType.Paused);

        await _stage.Api.SetFlowRunStateAsync(_runId, new StateCreate { Type = asked }, force: false, Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(StateType.Cancelled, (await _stage.Api.FindFlowRunAsync(_runId, Token))!.StateType);
    }

    [Fact]
    public async Task Suspended_flow_ends_its_process_and_goes_on_in_another()
    {
        var run = await DeployedRunAsync("suspending");

        Assert.Equal(0, await ExecuteAsync(run.Id, "suspending", () => Suspending(Token)));
        Assert.Equal(("PAUSED", "Suspended"), await NowAsync(run.Id));
        Assert.Null(_answer);

        await _stage.In(() => FlowRuns.ResumeAsync(run.Id, new Approval(true), Token));
        Assert.Equal(("SCHEDULED", "Resuming"), await NowAsync(run.Id));
        Assert.Equal(0, await ExecuteAsync(run.Id, "suspending", () => Suspending(Token)));
        Assert.Equal(("COMPLETED", "Completed"), await NowAsync(run.Id));
        Assert.Equal(new Approval(true), _answer);
    }

    [Fact]
    public async Task Runs_talk_to_each_other()
    {
        var listening = In(() => Listening(Token));
        await StateAsync(StateType.Running);

        await _stage.In(() => FlowRuns.SendInputAsync("first", _runId, ct: Token));
        await _stage.In(() => FlowRuns.SendInputAsync("second", _runId, ct: Token));
        await _stage.In(() => FlowRuns.SendInputAsync(3, _runId, ct: Token));

        await listening;
        Assert.Equal("first second 3", _heard);
    }

    private Approval? _answer;
    private string? _heard;

    private async Task<T> In2<T>(Func<Task<T>> code) => await _stage.In(code);

    private async Task<(string, string)> NowAsync(Guid id) => (await _stage.Api.FindFlowRunAsync(id, Token))!.State is { } state ? (state.Type.ToWire(), state.Name) : default;

    private async Task<State> StateAsync(StateType type)
    {
        while (true)
        {
            if (_runId != Guid.Empty && (await _stage.Api.FindFlowRunAsync(_runId, Token))?.State is { } state && state.Type == type)
                return state;
            await Task.Delay(20, Token);
        }
    }

    private async Task<FlowRun> DeployedRunAsync(string flow)
    {
        var made = await _stage.Api.CreateFlowAsync(new FlowCreate { Name = flow }, Token);
        var deployment = await _stage.Api.CreateDeploymentAsync(new DeploymentCreate { Name = "prod", FlowId = made.Id, Tags = ["blue"] }, Token);
        return await _stage.Api.CreateFlowRunAsync(deployment.Id, new DeploymentFlowRunCreate(), Token);
    }

    /// <summary>Runs a flow run that exists, as the process that a worker starts does.</summary>
    private async Task<int> ExecuteAsync(Guid runId, string flow, Func<Task> method)
    {
        await _stage.Api.SetFlowRunStateAsync(runId, new StateCreate { Type = StateType.Pending }, force: false, Token);
        var descriptor = new FlowDescriptor
        {
            Name = flow,
            Method = flow,
            Type = "Flows",
            Version = "1.2",
            Parameters = [],
            Invoke = async (_, _) =>
            {
                Test.Value = this;
                await method();
                return null;
            },
        };
        EngineSession.Current = _stage.Session;
        return await new FlowProcess(_stage.Session, [descriptor]).RunAsync(runId, flow, null);
    }

    private static Task Knowing(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Test.Value!._seen = FlowRunContext.Required;
        return Task.CompletedTask;
    }

    [Flow]
    private static async Task Reporting(CancellationToken ct)
    {
        Test.Value!._runId = FlowRunContext.Required.Id;
        await Artifacts.LinkAsync("https://shop.example", "Shop", ct: ct);
        await Artifacts.MarkdownAsync("# Done", "notes", ct: ct);
        await Artifacts.ImageAsync("https://shop.example/a.png", ct: ct);
        var progress = await Artifacts.ProgressAsync(0, ct: ct);
        await Artifacts.TableAsync([new Sale("old", 0)], "sales", ct: ct);
        await Count(ct);
        await Artifacts.UpdateProgressAsync(progress, 75, ct: ct);
    }

    [Task]
    private static Task Count(CancellationToken ct) => Artifacts.TableAsync([new Sale("tea", 3), new Sale("milk", 1)], "sales", ct: ct);

    [Flow]
    private static async Task Selling(CancellationToken ct)
    {
        Test.Value!._runId = FlowRunContext.Required.Id;
        for (var number = 0; number < 20; number++)
            await Events.EmitAsync("order.created", $"shop.order.{number}", new { Number = number }, ct: ct);
    }

    [Flow]
    private static async Task Deciding(CancellationToken ct)
    {
        Test.Value!._runId = FlowRunContext.Required.Id;
        Test.Value!._answer = await FlowRuns.PauseAsync<Approval>("Ship it?", ct: ct);
    }

    private static async Task Suspending(CancellationToken ct)
    {
        try
        {
            Test.Value!._answer = await FlowRuns.SuspendAsync<Approval>(ct: ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Assert.Fail($"What suspends passes by code that catches failures: {e}");
        }
    }

    [Flow]
    private static async Task Listening(CancellationToken ct)
    {
        Test.Value!._runId = FlowRunContext.Required.Id;
        var number = await FlowRuns.ReceiveInputAsync<int>(ct: ct);
        var first = await FlowRuns.ReceiveInputAsync<string>(ct: ct);
        var second = await FlowRuns.ReceiveInputAsync<string>(ct: ct);
        Test.Value!._heard = $"{first.Value} {second.Value} {number.Value}";
    }

    private sealed record Size(int Rows, string Label);

    private sealed record Sale(string Name, int Sold);

    private sealed record Approval(bool Approved, string? Note = null);

    [Block("test-login")]
    private sealed record Login(string User, Secret<string> Password);

    [Block("test-database", Description = "For tests", Capabilities = ["query"])]
    private sealed record Database(string Host, int Port, Login Login, IReadOnlyDictionary<string, Secret<string>>? Secrets = null);
}
