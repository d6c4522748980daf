using System.Text.Json;
using Reeve.Protocol.Automations;
using Reeve.Protocol.Json;

namespace Reeve.Protocol.Tests.Json;

public sealed class DurationConverterTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("1.5", 1.5)]
    [InlineData("PT10M", 600)]
    [InlineData("P1DT1H", 90000)]
    [InlineData("-PT1S", -1)]
    [InlineData("00:10:00", 600)]
    [InlineData("10:30", 37800)]
    [InlineData("2 days, 01:00:00.5", 176400.5)]
    [InlineData("1 day 00:00:01", 86401)]
    [InlineData("-00:00:05", -5)]
    public void Every_form_is_seconds(string text, double seconds)
    {
        Assert.True(DurationConverter.TryParse(text, out var read));
        Assert.Equal(seconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("P")]
    [InlineData("1e300")]
    [InlineData("10:3")]
    [InlineData("P99999999999999D")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationConverter.TryParse(text, out _));

    [Theory]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("1e300")]
    public void A_value_of_another_kind_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(
        $$"""{"type": "event", "posture": "Reactive", "within": {{json}}}""", WireJson.TypeInfo<Trigger>()));
}
