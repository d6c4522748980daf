using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Reeve.Engine;
using Reeve.Protocol;

namespace Reeve.Tests.Engine;

public sealed class SchemaCheckTests : EngineStage
{
    private static readonly FlowDescriptor Flow = FlowCatalog.Of(typeof(SchemaCheckTests).Assembly).Single(flow => flow.Name == "bounded");

    private const string Good = """{"count":5,"code":"AB1","order":{"id":1,"lines":[{"sku":"x","amount":1}],"when":"2026-01-31T08:00:00Z"}}""";

    [Theory]
    [InlineData("count", "0", "'count' must be at least 1, not 0")]
    [InlineData("count", "11", "'count' must be at most 10, not 11")]
    [InlineData("count", "\"x\"", "'count' must be a whole number (Int32), not \"x\"")]
    [InlineData("code", "\"A\"", "'code' must have at least 2 characters, not \"A\"")]
    [InlineData("code", "\"ABCDEF\"", "'code' must have at most 5 characters, not \"ABCDEF\"")]
    [InlineData("code", "\"ab1\"", "'code' must match ^(?:[A-Z0-9]+)$, not \"ab1\"")]
    [InlineData("size", "\"XXL\"", "'size' must be one of S, M, L, not \"XXL\"")]
    [InlineData("share", "1", "'share' must be less than 1, not 1")]
    [InlineData("tags", "[]", "'tags' must have at least 1 items, not []")]
    [InlineData("tags", "[\"a\",1]", "'tags[1]' must be text, not 1")]
    [InlineData("limits", "{\"a\":\"x\"}", "'limits.a' must be a whole number, not \"x\"")]
    public void Fault_is_told_with_its_place_and_what_was_found(string parameter, string value, string fault)
    {
        var faults = new List<string>();
        var given = System.Text.Json.Nodes.JsonNode.Parse(Good)!;
        given[parameter] = System.Text.Json.Nodes.JsonNode.Parse(value);

        ParameterBinder.Bind(Flow, WireJson.Parse(given.ToJsonString()), faults);

        Assert.Equal([fault], faults);
    }

    [Fact]
    public void Every_fault_of_a_nested_object_is_told_at_once()
    {
        var faults = new List<string>();

        ParameterBinder.Bind(
            Flow,
            WireJson.Parse("""{"count":99,"code":"AB1","order":{"ID":"one","lines":[{"sku":"","amount":0},{"amount":"many"}],"when":"soon","state":"Lost","next":{"lines":[]}}}"""),
            faults);

        Assert.Equal(
            [
                "'count' must be at most 10, not 99",
                "'order.id' must be a whole number, not \"one\"",
                "'order.lines[0].sku' must have at least 1 characters, not \"\"",
                "'order.lines[0].amount' must be more than 0, not 0",
                "'order.lines[1].sku' is required",
                "'order.lines[1].amount' must be a number, not \"many\"",
                "'order.when' must be a date and time like 2026-01-31T08:00:00Z, not \"soon\"",
                "'order.state' must be one of open, Closed, not \"Lost\"",
                "'order.next.id' is required",
                "'order.next.when' is required",
                "'order.next.lines' must have at least 1 items, not []",
            ],
            faults);
    }

    [Theory]
    [InlineData("""{"count":1,"code":"AB","order":{"id":1,"lines":[{"sku":"x","amount":0.5}],"when":"2026-01-31T08:00:00+01:00","state":"open","wait":90,"next":null},"share":null}""")]
    [InlineData("""{"count":10,"code":"ABCDE","order":{"Id":1,"LINES":[{"sku":"x","amount":0.5}],"when":"2026-01-31T08:00:00","state":"CLOSED","wait":"PT90S"},"tags":["a"],"size":"S"}""")]
    public void Good_values_have_no_faults_and_are_read(string given)
    {
        var faults = new List<string>();

        var arguments = ParameterBinder.Bind(Flow, WireJson.Parse(given), faults);

        Assert.Empty(faults);
        Assert.Equal(1, Assert.IsType<Order>(arguments[2]).Id);
    }

    [Fact]
    public async Task Call_by_hand_that_is_out_of_bounds_makes_no_run()
    {
        var order = new Order(1, [new("", 0)], DateTimeOffset.UnixEpoch);

        var thrown = await Assert.ThrowsAsync<ParameterValidationException>(() => In(() => Bounded(0, "AB1", order)));

        Assert.Equal(
            ["'count' must be at least 1, not 0", "'order.lines[0].sku' must have at least 1 characters, not \"\"", "'order.lines[0].amount' must be more than 0, not 0"], thrown.Faults);
        Assert.StartsWith("Validation of flow parameters failed: 'count' must be at least 1, not 0; ", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Api.FlowRuns);
    }

    [Fact]
    public async Task Call_by_hand_within_its_bounds_runs()
    {
        Assert.Equal(1, await In(() => Bounded(1, "AB1", new Order(1, [new("x", 0.5m)], DateTimeOffset.UnixEpoch))));

        Assert.Equal("Completed", Assert.Single(Api.FlowRuns).Current.Name);
    }

    [Flow]
    private static Task<int> Bounded(
        [Range(1, 10)] int count, [StringLength(5, MinimumLength = 2), RegularExpression("[A-Z0-9]+")] string code, Order order, [Range(0.0, 1.0, MaximumIsExclusive = true)] double? share = null,
        [AllowedValues("S", "M", "L")] string? size = null, [MinLength(1)] string[]? tags = null, Dictionary<string, int>? limits = null) => Task.FromResult(count + (code.Length + order.Id + (share is null ? 0 : 1) + (size is null ? 0 : 1) + (tags?.Length ?? 0) + (limits?.Count ?? 0)) * 0);

    internal sealed record Order(
        [property: JsonPropertyName("id")] int Id, [property: JsonPropertyName("lines"), MinLength(1)] IReadOnlyList<Line> Lines, [property: JsonPropertyName("when")] DateTimeOffset When,
        [property: JsonPropertyName("state")] Phase State = Phase.Open, [property: JsonPropertyName("wait")] TimeSpan? Wait = null, [property: JsonPropertyName("next")] Order? Next = null);

    internal sealed record Line([property: JsonPropertyName("sku"), MinLength(1)] string Sku, [property: JsonPropertyName("amount"), Range(0, 1000.0, MinimumIsExclusive = true)] decimal Amount);

    [JsonConverter(typeof(JsonStringEnumConverter))]
    internal enum Phase
    {
        [JsonStringEnumMemberName("open")]
        Open,
        Closed,
    }
}
