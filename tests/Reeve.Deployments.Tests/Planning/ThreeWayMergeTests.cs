using System.Text.Json.Nodes;
using Reeve.Deployments.Planning;

namespace Reeve.Deployments.Tests.Planning;

public sealed class ThreeWayMergeTests
{
    // last applied, server, file, force -> what becomes of it, and the value (empty: nothing stands there)
    [Theory]
    [InlineData("1", "1", "1", MergeForce.None, null, "1")]
    [InlineData("1", "1", "2", MergeForce.None, FieldOutcome.Change, "2")]
    [InlineData("1", "2", "1", MergeForce.None, FieldOutcome.Kept, "2")]
    [InlineData("1", "2", "2", MergeForce.None, null, "2")]
    [InlineData("1", "2", "3", MergeForce.None, FieldOutcome.Conflict, "2")]
    [InlineData("1", "2", "3", MergeForce.Overwrite, FieldOutcome.Change, "3")]
    [InlineData("1", "2", "1", MergeForce.Overwrite, FieldOutcome.Kept, "2")]
    [InlineData("1", "2", "1", MergeForce.Reset, FieldOutcome.Change, "1")]
    [InlineData("1", "2", "3", MergeForce.Reset, FieldOutcome.Change, "3")]
    [InlineData("", "", "1", MergeForce.None, FieldOutcome.Change, "1")]
    [InlineData("", "1", "", MergeForce.None, FieldOutcome.Kept, "1")]
    [InlineData("", "1", "1", MergeForce.None, null, "1")]
    [InlineData("", "1", "2", MergeForce.None, FieldOutcome.Conflict, "1")]
    [InlineData("1", "", "1", MergeForce.None, FieldOutcome.Kept, "")]
    [InlineData("1", "", "2", MergeForce.None, FieldOutcome.Conflict, "")]
    [InlineData("1", "", "", MergeForce.None, null, "")]
    [InlineData("1", "1", "", MergeForce.None, FieldOutcome.Change, "")]
    [InlineData("1", "2", "", MergeForce.None, FieldOutcome.Conflict, "2")]
    [InlineData("null", "null", "1", MergeForce.None, FieldOutcome.Change, "1")]
    [InlineData("1", "null", "1", MergeForce.None, FieldOutcome.Kept, "null")]
    [InlineData("1.0", "1", "1", MergeForce.None, null, "1")]
    [InlineData("[1]", "[1,2]", "[1]", MergeForce.None, FieldOutcome.Kept, "[1,2]")]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", """{"a":3}""", MergeForce.None, FieldOutcome.Change, """{"a":3,"b":2}""")]
    public void Every_case_of_the_table(string last, string live, string wanted, MergeForce force, FieldOutcome? outcome, string merged)
    {
        var merge = new ThreeWayMerge(_ => false, new HashSet<string>(), force);

        var result = merge.Merge(Map(last), Map(live), Map(wanted));

        Assert.Equal(outcome, merge.Changes.Select(change => (FieldOutcome?)change.Outcome).FirstOrDefault());
        Assert.True(JsonNode.DeepEquals(Map(merged), result), result.ToJsonString());
    }

    [Fact]
    public void Without_a_last_apply_the_file_decides_what_it_says_and_the_rest_stays()
    {
        var merge = new ThreeWayMerge(_ => false, new HashSet<string> { "paused" }, MergeForce.None);

        var result = merge.Merge(null, Parse("""{"paused": true, "version": "1", "parameters": {"a": 1, "b": 2}, "schedules": {"x": {"active": true}}}"""),
            Parse("""{"paused": false, "version": "2", "parameters": {"a": 3}}"""));

        Assert.Equal("""{"paused":true,"version":"2","parameters":{"a":3,"b":2},"schedules":{"x":{"active":true}}}""", result.ToJsonString());
        Assert.Equal(["paused Kept", "version Change", "parameters.a Change", "parameters.b Kept", "schedules[x] Kept"], merge.Changes.Select(change => $"{change.Path} {change.Outcome}"));
    }

    [Fact]
    public void A_schedule_that_somebody_paused_stays_paused_when_its_times_change()
    {
        const string Old = """{"schedules": {"cron a": {"schedule": {"cron": "a"}, "active": true, "slug": null}}}""";
        var last = Parse(Old);
        var live = Parse(Old.Replace("true", "false", StringComparison.Ordinal));
        var wanted = Parse("""{"schedules": {"cron b": {"schedule": {"cron": "b"}, "active": true, "slug": null}}}""");
        wanted["schedules"] = ScheduleFields.Aligned(wanted["schedules"]!.AsObject(), last["schedules"]!.AsObject()).DeepClone();
        var merge = new ThreeWayMerge(_ => false, new HashSet<string>(), MergeForce.None);

        var result = merge.Merge(last, live, wanted);

        Assert.Equal("""{"schedule":{"cron":"b"},"active":false,"slug":null}""", result["schedules"]!["cron a"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"x": {"active": true}}""", """{"x": {"active": false}}""", "{}", "{}", FieldOutcome.Change)] // dropped by the file
    [InlineData("{}", """{"x": {"active": false}}""", "{}", """{"x":{"active":false}}""", FieldOutcome.Kept)] // added by hand
    [InlineData("""{"x": {"active": true}}""", "{}", """{"x": {"active": true}}""", "{}", FieldOutcome.Kept)] // deleted by hand
    public void A_whole_schedule_comes_and_goes_whole(string last, string live, string wanted, string merged, FieldOutcome outcome)
    {
        var merge = new ThreeWayMerge(_ => false, new HashSet<string>(), MergeForce.None);

        var result = merge.Merge(Of(last), Of(live), Of(wanted));

        Assert.Equal(("schedules[x]", outcome), Assert.Single(merge.Changes.Select(change => (change.Path, change.Outcome))));
        Assert.Equal(merged, result["schedules"]!.ToJsonString());

        static JsonObject Of(string schedules) => new() { ["schedules"] = JsonNode.Parse(schedules) };
    }

    [Fact]
    public void A_schedule_that_the_file_no_longer_speaks_of_goes_and_others_stay()
    {
        var merge = new ThreeWayMerge(_ => false, new HashSet<string>(), MergeForce.None);

        var result = merge.Merge(Parse("""{"schedules": {"x": {"active": true}}}"""), Parse("""{"schedules": {"x": {"active": true}, "mine": {"active": true}}}"""), []);

        Assert.Equal("""{"mine":{"active":true}}""", result["schedules"]!.ToJsonString());
    }

    [Fact]
    public void A_value_that_waits_for_the_build_is_a_change_and_beside_a_change_by_hand_a_conflict()
    {
        var merge = new ThreeWayMerge(node => node?.ToString() == "later", new HashSet<string>(), MergeForce.None);

        merge.Merge(Parse("""{"a": 1, "b": 1}"""), Parse("""{"a": 1, "b": 2}"""), Parse("""{"a": "later", "b": "later"}"""));

        Assert.Equal([("a", FieldOutcome.Change, true), ("b", FieldOutcome.Conflict, true)], merge.Changes.Select(change => (change.Path, change.Outcome, change.IsPending)));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static JsonObject Map(string value) => value.Length == 0 ? [] : new JsonObject { ["field"] = JsonNode.Parse(value) };
}
