using System.CommandLine;
using Reeve.Cli.Commands.Deployments;

namespace Reeve.Cli.Tests.Commands.Deployments;

public sealed class WhenOptionsTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("10 minutes", 600)]
    [InlineData("in 10 minutes", 600)]
    [InlineData("1h 30min", 5400)]
    [InlineData("1 hour and 1 second", 3601)]
    [InlineData("2 days", 172800)]
    [InlineData("0.5 h", 1800)]
    public void A_span_is_understood_as_people_write_it(string text, double seconds) => Assert.Equal(seconds, WhenOptions.Span(text).TotalSeconds);

    [Theory]
    [InlineData("soon")]
    [InlineData("10")]
    [InlineData("10 parsecs")]
    [InlineData("10 minutes or so")]
    public void What_is_no_span_is_refused(string text) => Assert.Throws<CliException>(() => WhenOptions.Span(text));

    [Theory]
    [InlineData("2030-01-31T14:00:00+01:00", "2030-01-31T13:00:00Z")]
    [InlineData("2030-01-31T14:00:00Z", "2030-01-31T14:00:00Z")]
    [InlineData("2030-01-31 14:00", "2030-01-31T12:00:00Z")]
    [InlineData("14:00", "2026-06-02T12:00:00Z")]
    [InlineData("15:30", "2026-06-01T13:30:00Z")]
    public void A_moment_without_a_zone_is_local(string text, string expected)
    {
        var options = new WhenOptions();
        var command = new Command("x") { options.StartIn, options.StartAt };
        var moment = options.Moment(command.Parse(["--start-at", text]), new Clock());
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), moment);
    }

    // 1 June 2026, 15:00 in a place two hours ahead.
    private sealed class Clock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours(2), "here", "here");

        public override DateTimeOffset GetUtcNow() => new(2026, 6, 1, 13, 0, 0, TimeSpan.Zero);
    }
}
