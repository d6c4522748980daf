using System.Net;
using Reeve.Client;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;

namespace Reeve.Tests.Client;

public sealed class ProposalBatchTests : IAsyncDisposable
{
    private readonly RecordingApi _api = new();
    private readonly ApiConnection _connection;
    private readonly OrchestrationClient _client;

    public ProposalBatchTests()
    {
        _connection = new ApiConnection(new SocketsHttpHandler(), _api.Url, RetryPolicy.None);
        _client = new OrchestrationClient(_connection);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Proposals_that_arise_while_requests_are_under_way_travel_together_and_each_gets_its_own_verdict()
    {
        var proposals = Enumerable.Range(0, 1000).Select(i => Making($"{i}")).ToList();

        var answers = await Task.WhenAll(proposals.Select(proposal => _client.TaskRunProposals.ProposeAsync(proposal, Token)));

        Assert.Equal(proposals.Select(p => p.TaskRun!.Id), answers.Select(a => a.TaskRunId));
        Assert.All(answers, answer => Assert.Equal((OrchestrationStatus.Accept, StateType.Running), (answer.Status!.Value, answer.State!.Type)));
        Assert.All(_api.TaskRuns, run => Assert.Equal(["Pending", "Running"], run.Path));
        Assert.InRange(_api.Requests.Count, 4, 100);
        Assert.All(_api.Requests, request => Assert.InRange(RecordingApi.RunsOf(request).Count(), 1, TaskRunProposals.Most));
    }

    [Fact]
    public async Task Server_without_the_route_is_asked_one_by_one_and_for_the_route_only_once()
    {
        _api.KnowsProposals = false;
        Assert.Equal("t-0", (await _client.TaskRunProposals.ProposeAsync(Making("0"), Token)).Name);

        var other = new OrchestrationClient(_connection.With(Guid.NewGuid()));
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => other.TaskRunProposals.ProposeAsync(Making($"{i}"), Token)));

        Assert.Equal(41, _api.TaskRuns.Count());
        Assert.All(_api.TaskRuns, run => Assert.Equal(["Pending", "Running"], run.Path));
        Assert.Single(_api.Requests, request => request.Path == "task_runs/bulk_set_state");
    }

    [Fact]
    public async Task Fault_of_one_is_no_others()
    {
        _api.ProposalFault = run => run.Name == "t-1" ? new TaskRunProposalFault(404, "gone") : null;

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => _client.TaskRunProposals.ProposeAsync(Making($"{i}"), Token)));

        Assert.Equal([null, "gone", null], answers.Select(answer => answer.Fault?.Detail));
    }

    [Fact]
    public async Task Request_that_is_refused_as_a_whole_is_taken_apart()
    {
        var asked = 0;
        _api.Fault = (_, _) => RecordingApi.RunsOf(_api.Requests.Last()).Count() > 1 && ++asked > 0 ? HttpStatusCode.RequestEntityTooLarge : null;

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => _client.TaskRunProposals.ProposeAsync(Making($"{i}"), Token)));

        Assert.All(answers, answer => Assert.Equal(OrchestrationStatus.Accept, answer.Status));
        Assert.True(asked > 0);
    }

    [Fact]
    public async Task Refusal_is_told_to_all_who_wait_and_the_next_are_sent_again()
    {
        _api.Fault = (_, _) => HttpStatusCode.InternalServerError;
        var asking = Enumerable.Range(0, 20).Select(i => _client.TaskRunProposals.ProposeAsync(Making($"{i}"), Token)).ToList();
        foreach (var one in asking)
            Assert.Equal(HttpStatusCode.InternalServerError, (await Assert.ThrowsAsync<ApiException>(() => one)).Status);

        _api.Fault = (_, _) => null;

        Assert.Equal(OrchestrationStatus.Accept, (await _client.TaskRunProposals.ProposeAsync(Making("later"), Token)).Status);
    }

    [Fact]
    public async Task Caller_that_gives_up_waits_no_longer()
    {
        using var caller = new CancellationTokenSource();
        _api.Fault = (_, _) =>
        {
            caller.Cancel();
            return null;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.TaskRunProposals.ProposeAsync(Making("0"), caller.Token));
        Assert.Equal("t-1", (await _client.TaskRunProposals.ProposeAsync(Making("1"), Token)).Name);
    }

    private static TaskRunProposal Making(string key) => new()
    {
        TaskRun = new TaskRunCreate { Id = Ids.New(TimeProvider.System.GetUtcNow()), TaskKey = "t", DynamicKey = key, Name = $"t-{key}", State = new StateCreate { Type = StateType.Pending } },
        State = new StateCreate { Type = StateType.Running, StateDetails = new StateDetails { TransitionId = Guid.NewGuid() } },
    };

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _api.DisposeAsync();
    }
}
