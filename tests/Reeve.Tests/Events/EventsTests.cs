using System.Net;
using System.Text.Json;
using Reeve.Protocol;
using Reeve.Protocol.Events;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Events;

public sealed class EventsTests : EngineStage
{
    [Fact]
    public async Task Events_travel_in_order_in_few_requests_and_are_stored_before_the_call_returns()
    {
        Api.Extra = (_, path, _) => path == "events" ? (204, null) : null;

        await In(() => Telling(500));

        var requests = Api.Requests.Where(request => request.Path == "events").ToList();
        var sent = requests.SelectMany(request => Read(request.Body)).ToList();
        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"shop.order.{number}"), sent.Select(one => one.Resource["prefect.resource.id"]));
        Assert.InRange(requests.Count, 3, 400);
        var flow = Assert.Single(Api.FlowRuns);
        Assert.All(sent, one => Assert.Contains(one.Related, related => related["prefect.resource.id"] == $"prefect.flow-run.{flow.Id}"));
        Assert.Contains(sent[^1].Related, related => related["prefect.resource.id"] == "shop.customer.7" && related["prefect.resource.role"] == "customer");
    }

    [Fact]
    public async Task Event_of_a_task_is_related_to_both_runs_and_its_tags()
    {
        Api.Extra = (_, path, _) => path == "events" ? (204, null) : null;

        await In(() => TellingTask());

        var related = Assert.Single(Read(Assert.Single(Api.Requests, request => request.Path == "events").Body)).Related.Select(one => one["prefect.resource.id"]);
        Assert.Equal([$"prefect.flow-run.{Assert.Single(Api.FlowRuns).Id}", $"prefect.task-run.{Api.TaskRun("tell-0").Id}", "prefect.tag.loud"], related);
    }

    [Fact]
    public Task Event_outside_of_a_run_is_stored_when_the_call_returns_and_its_refusal_is_thrown() => In(async () =>
    {
        Api.Extra = (_, path, _) => path == "events" ? (204, null) : null;
        await Reeve.Events.EmitAsync("noticed", "thing.1", ct: Token);
        Assert.Single(Api.Requests, request => request.Path == "events");

        Api.Fault = (_, path) => path == "events" ? HttpStatusCode.UnprocessableEntity : null;
        await Assert.ThrowsAsync<Reeve.Client.ApiException>(() => Reeve.Events.EmitAsync("noticed", "thing.1", ct: Token));
    });

    [Fact]
    public async Task Event_that_is_refused_takes_no_other_with_it()
    {
        var stored = new List<string>();
        Api.Extra = (_, path, body) =>
        {
            if (path != "events")
                return null;
            var names = Read(body).Select(one => one.Resource["prefect.resource.id"]).ToList();
            if (names.Contains("shop.order.3"))
                return (422, null);
            stored.AddRange(names);
            return (204, null);
        };

        await In(() => Telling(6));

        Assert.Equal(["shop.order.0", "shop.order.1", "shop.order.2", "shop.order.4", "shop.order.5"], stored);
    }

    [Fact]
    public Task Payload_that_is_no_object_is_told_so() => In(async () =>
    {
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => Reeve.Events.EmitAsync("noticed", "thing.1", payload: 3, ct: Token));

        Assert.Contains("this is 3.", thrown.Message, StringComparison.Ordinal);
    });

    private static List<Event> Read(string body) => JsonSerializer.Deserialize(body, WireJson.TypeInfo<List<Event>>())!;

    [Flow]
    private static async Task Telling(int count)
    {
        for (var number = 0; number < count; number++)
            await Reeve.Events.EmitAsync("order.created", $"shop.order.{number}", related: [new("shop.customer.7", "customer")]);
    }

    [Flow]
    private static Task TellingTask() => Tell();

    [Task(Tags = ["loud"])]
    private static Task Tell() => Reeve.Events.EmitAsync("told", "thing.2");
}
