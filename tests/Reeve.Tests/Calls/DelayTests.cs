using System.Text.Json;
using Reeve.Calls;
using Reeve.Engine;
using Reeve.Protocol;
using Reeve.Protocol.Runs;
using Reeve.Tests.Api;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Calls;

public sealed class DelayTests : EngineStage
{
    private static readonly AsyncLocal<List<string>> Sent = new();

    [Fact]
    public async Task Delayed_call_waits_with_its_arguments_and_is_not_run()
    {
        Sent.Value = [];
        DelayedTask<int>? mail = null;
        DelayedTask? later = null;
        await In(async () => mail = await Tasks.Delay(() => Mail("ann", new Letter("hello", 2)), ct: Token));
        await In(async () => later = await Tasks.With(retries: 2).Delay(() => MailAsync("bob"), after: TimeSpan.FromHours(1), Token));

        Assert.Empty(Sent.Value);
        var (first, second) = (Api.Runs[mail!.RunId], Api.Runs[later!.RunId]);
        Assert.Equal(mail.Name, first.Name);
        Assert.Equal(("Scheduled", true), (first.Current.Name, first.Current.StateDetails.Deferred));
        Assert.Equal("""{"to":"ann","letter":{"Text":"hello","Pages":2}}""", DelayedParameters.Of(first.Current)!.Value.GetRawText());
        Assert.NotNull(first.Current.StateDetails.TaskParametersId);
        Assert.Equal(2, second.Retries);
        Assert.True(second.Current.StateDetails.ScheduledTime - first.Current.StateDetails.ScheduledTime > TimeSpan.FromMinutes(59));
    }

    [Fact]
    public async Task Worker_claims_the_run_and_calls_the_method_with_its_arguments()
    {
        Sent.Value = [];
        var run = await DelayedAsync();

        Assert.True(await Turns("one").RunAsync(run, Key()));

        Assert.Equal(["ann: hello x2"], Sent.Value);
        var record = Api.Runs[run.Id];
        Assert.Equal(["Scheduled", "Pending", "Running", "Completed"], record.Path);
        Assert.Equal(("Taken by task worker 'one'", "one"), (record.States[1].Message, DelayedParameters.Worker(record.States[1])));
    }

    [Fact]
    public async Task Run_that_another_worker_has_is_left_alone()
    {
        Sent.Value = [];
        var run = await DelayedAsync();
        Api.Verdict = (_, proposed) => proposed.Type == StateType.Pending ? RecordingApi.Answer(OrchestrationStatus.Abort, null, "taken") : null;

        Assert.False(await Turns("two").RunAsync(run, Key()));

        Assert.Empty(Sent.Value);
        Assert.Equal(["Scheduled"], Api.Runs[run.Id].Path);
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_fail_the_run_and_all_are_named()
    {
        var run = await DelayedAsync();
        var state = run.State! with { Data = DelayedParameters.Data(WireJson.Parse("""{"letter":7}"""), null) };

        Assert.True(await Turns("one").RunAsync(run with { State = state }, Key()));

        Assert.Equal("Failed", Api.Runs[run.Id].Current.Name);
        Assert.StartsWith("The stored arguments do not fit task 'mail': 'to' is required; 'letter' must be", Api.Runs[run.Id].Current.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_of_a_client_of_another_language_is_left_as_it_is_and_told_of()
    {
        Sent.Value = [];
        var run = await DelayedAsync();
        var foreign = run with { State = run.State! with { Data = null } };

        Assert.False(await Turns("one").RunAsync(foreign, Key()));

        Assert.Equal(["Scheduled"], Api.Runs[run.Id].Path);
        Assert.Empty(Sent.Value);
        await Session.Logs.FlushAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Contains(Api.Messages, message => message.Contains("was delayed by a client of another language", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_of_another_language_is_given_back_once_and_then_passed_over()
    {
        var run = await DelayedAsync();
        var seen = new ForeignRuns();

        Assert.False(ForeignRuns.IsForeign(run));
        Assert.True(ForeignRuns.IsForeign(run with { State = run.State! with { Data = null } }));
        Assert.False(seen.IsSeenAgain(run));
        Assert.True(seen.IsSeenAgain(run));
        Assert.False(seen.IsSeenAgain(run with { Id = Guid.NewGuid() }));
    }

    [Fact]
    public async Task What_cannot_be_delayed_is_said()
    {
        var flow = await Assert.ThrowsAsync<NotSupportedException>(() => In(async () => await Tasks.Delay(() => AFlow())));
        Assert.Contains("is a flow, which is run in the background by a deployment", flow.Message, StringComparison.Ordinal);
        var argument = await Assert.ThrowsAsync<NotSupportedException>(() => In(async () => await Tasks.Delay(() => WithAction(() => { }))));
        Assert.Contains("its argument 'work' of type Action has no JSON form", argument.Message, StringComparison.Ordinal);
        Assert.Contains("give the method itself", Assert.Throws<ArgumentException>(() => new TaskWorker(() => 1)).Message, StringComparison.Ordinal);
        Assert.Empty(Api.TaskRuns);
    }

#pragma warning disable REEVE001 // named, not called
    [Fact]
    public void Worker_finds_tasks_by_their_methods()
    {
        Assert.Equal("mail-async", TaskCatalog.Find(((Delegate)MailAsync).Method)!.Name);
        Assert.NotNull(new TaskWorker(new TaskWorkerOptions { Name = "w" }, Mail, MailAsync).Name);
    }

    private static TaskDescriptor Key() => TaskCatalog.Find(((Delegate)Mail).Method)!;
#pragma warning restore REEVE001

    private async Task<TaskRun> DelayedAsync()
    {
        DelayedTask? delayed = null;
        await In(async () => delayed = await Tasks.Delay(() => Mail("ann", new Letter("hello", 2)), ct: Token));
        var record = Api.Runs[delayed!.RunId];
        return new TaskRun
        {
            Id = record.Id,
            Created = DateTimeOffset.UnixEpoch,
            Updated = DateTimeOffset.UnixEpoch,
            Name = record.Name,
            TaskKey = Key().Key,
            DynamicKey = "0",
            State = record.Current,
        };
    }

    private DelayedTurns Turns(string worker) => new(Session, worker, Token);

    [Task]
    private static int Mail(string to, Letter letter)
    {
        Sent.Value!.Add($"{to}: {letter.Text} x{letter.Pages}");
        return letter.Pages;
    }

    [Task]
    private static async Task MailAsync(string to)
    {
        await Task.Yield();
        Sent.Value!.Add(to);
    }

    [Task]
    private static void WithAction(Action work) => work();

    [Flow]
    private static void AFlow() => Sent.Value!.Add("flow");

    internal sealed record Letter(string Text, int Pages);
}
