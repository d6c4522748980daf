using System.Text.Json;
using Reeve.Protocol.Deployments;
using Reeve.Protocol.Runs;

namespace Reeve.Protocol.Tests.Json;

public sealed class WireJsonTests
{
    [Theory]
    [InlineData("\"2026-11-20T11:39:40.174941Z\"", "2026-11-20T11:39:40.174941Z")]
    [InlineData("\"2026-11-20 11:39:46.268058+00:00\"", "2026-11-20T11:39:46.268058Z")]
    [InlineData("\"2026-11-20T11:39:40\"", "2026-11-20T11:39:40.000000Z")]
    [InlineData("\"2026-11-20T05:39:40.5-06:00\"", "2026-11-20T11:39:40.500000Z")]
    public void A_time_in_any_form_of_the_wire_is_written_in_UTC_with_microseconds(string read, string written)
    {
        var time = JsonSerializer.Deserialize<StateDetails>($$"""{"scheduled_time":{{read}}}""", WireJson.Options)!;

        var json = JsonSerializer.SerializeToElement(time, WireJson.Options);

        Assert.Equal(written, json.GetProperty("scheduled_time").GetString());
    }

    [Fact]
    public void A_text_that_is_no_time_is_refused_with_the_text() =>
        Assert.Contains(
            "yesterday",
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StateDetails>("""{"scheduled_time":"yesterday"}""", WireJson.Options)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData(StateType.Scheduled, "SCHEDULED")]
    [InlineData(StateType.Cancelling, "CANCELLING")]
    public void A_state_type_stands_on_the_wire_in_upper_case(StateType type, string wire)
    {
        Assert.Equal($"\"{wire}\"", JsonSerializer.Serialize(new StateCreate { Type = type }, WireJson.Options).Split(':', ',')[1]);
        Assert.Equal(wire, type.ToWire());
    }

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        var flow = JsonSerializer.Deserialize<FlowCreate>("""{"name":"etl","from_the_future":{"a":[1]}}""", WireJson.Options)!;

        Assert.Equal("etl", flow.Name);
    }

    [Fact]
    public void A_missing_compulsory_field_is_named() =>
        Assert.Contains(
            "name",
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<FlowCreate>("""{"tags":[]}""", WireJson.Options)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_patch_tells_absent_from_null()
    {
        var update = JsonSerializer.Deserialize<DeploymentUpdate>("""{"description":null,"paused":true}""", WireJson.Options)!;

        Assert.True(update.Description.IsGiven);
        Assert.Null(update.Description.Value);
        Assert.True(update.Paused.Value);
        Assert.False(update.Version.IsGiven);
        Assert.Equal("kept", update.Version.Or("kept"));
        Assert.Null(update.Description.Or("replaced"));
    }

    [Fact]
    public void A_patch_writes_only_what_was_given()
    {
        var json = JsonSerializer.Serialize(new DeploymentUpdate { Paused = false, Description = new((string?)null) }, WireJson.Options);

        Assert.Equal("""{"description":null,"paused":false}""", json);
    }

    [Fact]
    public void A_new_id_sorts_after_an_older_one()
    {
        var time = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

        var older = Ids.New(time).ToByteArray(bigEndian: true);
        var newer = Ids.New(time.AddMilliseconds(1)).ToByteArray(bigEndian: true);

        Assert.True(older.AsSpan().SequenceCompareTo(newer) < 0);
    }
}
