using Reeve.Protocol.Schedules;

namespace Reeve.Protocol.Tests.Schedules;

public sealed class FireTimesTests
{
    private static List<string> Fires(string schedule, string start, int count) =>
        [.. FireTimes.Read(WireJson.Parse(schedule)).From(DateTimeOffset.Parse(start, null)).Take(count).Select(t => t.ToString("MM-dd'T'HH:mm:ss", null))];

    [Fact]
    public void Every_hour_goes_on_by_elapsed_hours_through_the_repeated_hour() =>
        Assert.Equal(
            ["11-01T04:00:00", "11-01T05:00:00", "11-01T06:00:00", "11-01T07:00:00", "11-01T08:00:00"],
            Fires("""{"cron": "0 * * * *", "timezone": "America/New_York"}""", "2026-11-01T04:00:00Z", 5));

    [Fact]
    public void Every_hour_skips_nothing_at_the_missing_hour() =>
        Assert.Equal(
            ["03-29T00:30:00", "03-29T01:30:00", "03-29T02:30:00"],
            Fires("""{"cron": "30 * * * *", "timezone": "Europe/Berlin"}""", "2026-03-29T00:00:00Z", 3));

    [Fact]
    public void Hourly_rule_goes_on_by_elapsed_hours_through_the_repeated_hour() =>
        Assert.Equal(
            ["11-01T04:00:00", "11-01T05:00:00", "11-01T06:00:00", "11-01T07:00:00"],
            Fires("""{"rrule": "DTSTART:20260101T000000\nRRULE:FREQ=HOURLY", "timezone": "America/New_York"}""", "2026-11-01T04:00:00Z", 4));

    [Fact]
    public void Start_in_the_second_pass_of_a_repeated_hour_does_not_fire_again() =>
        Assert.Equal(["11-02T06:30:00"], Fires("""{"cron": "30 1 * * *", "timezone": "America/New_York"}""", "2026-11-01T05:31:00Z", 1));

    [Fact]
    public void Interval_of_hours_is_elapsed_time_from_its_anchor() =>
        Assert.Equal(
            ["11-20T12:30:00", "11-20T18:30:00", "11-21T00:30:00"],
            Fires("""{"interval": 21600, "anchor_date": "2026-01-01T00:30:00Z", "timezone": "America/Chicago"}""", "2026-11-20T11:40:00Z", 3));

    [Fact]
    public void Interval_reaches_back_before_its_anchor() =>
        Assert.Equal(
            ["11-20T11:40:40", "11-20T11:42:10"],
            Fires("""{"interval": 90, "anchor_date": "2030-01-01T00:00:10Z"}""", "2026-11-20T11:40:10Z", 2));

    [Fact]
    public void Start_is_included() =>
        Assert.Equal(["11-20T12:00:00"], Fires("""{"cron": "0 12 * * *"}""", "2026-11-20T12:00:00Z", 1));

    [Fact]
    public void Zone_of_the_start_line_holds_when_the_schedule_names_none() =>
        Assert.Equal(["01-01T08:00:00"], Fires("""{"rrule": "DTSTART;TZID=Europe/Berlin:20260101T090000\nRRULE:FREQ=DAILY"}""", "2026-01-01T00:00:00Z", 1));

    [Fact]
    public void Rule_whose_day_never_comes_ends() =>
        Assert.Empty(Fires("""{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}""", "2026-01-01T00:00:00Z", 1));

    [Fact]
    public void Rule_of_seconds_far_after_its_start_answers_at_once() =>
        Assert.Equal(["06-01T00:00:00"], Fires("""{"rrule": "FREQ=SECONDLY;BYMONTH=6"}""", "2026-06-02T00:00:00Z", 0).Concat(
            Fires("""{"rrule": "FREQ=SECONDLY;BYMONTH=6"}""", "2026-01-01T00:00:00Z", 1)));

    [Theory]
    [InlineData("""{"cron": "0 0 * *"}""", "expected 5 fields")]
    [InlineData("""{"cron": "61 0 * * *"}""", "minute '61': 61 is not between 0 and 59")]
    [InlineData("""{"cron": "0 0 * foo *"}""", "month 'foo': 'foo' is not a number or one of jan")]
    [InlineData("""{"cron": "0 */0 * * *"}""", "hour '*/0': the step '0'")]
    [InlineData("""{"cron": "0 0 31 2 *"}""", "never fires")]
    [InlineData("""{"cron": "@reboot"}""", "not a known name")]
    [InlineData("""{"cron": "0 0 * * fri#9"}""", "'9' after '#'")]
    [InlineData("""{"cron": "0 0 * * *", "timezone": "Berlin"}""", "'Berlin' is not a known IANA time zone")]
    [InlineData("""{"interval": 0}""", "expected seconds above 0, got 0")]
    [InlineData("""{"interval": "soon"}""", "interval")]
    [InlineData("""{"rrule": "FREQ=OFTEN"}""", "FREQ 'OFTEN' is not one of")]
    [InlineData("""{"rrule": "INTERVAL=2"}""", "FREQ is missing")]
    [InlineData("""{"rrule": "FREQ=DAILY;BYHOUR=24"}""", "BYHOUR 24 is not between 0 and 23")]
    [InlineData("""{"rrule": "FREQ=DAILY;BYDAY=XX"}""", "BYDAY 'XX' is not one of")]
    [InlineData("""{"rrule": "DTSTART:yesterday\nFREQ=DAILY"}""", "DTSTART 'yesterday' is not a time")]
    [InlineData("""{"cron": "* * * * *", "interval": 5}""", "only one of")]
    [InlineData("{}", "needs 'cron', 'interval' or 'rrule'")]
    public void Fault_names_the_field_and_what_was_found(string schedule, string message) =>
        Assert.Contains(message, Assert.Throws<ScheduleFormatException>(() => FireTimes.Read(WireJson.Parse(schedule))).Message, StringComparison.Ordinal);

    [Fact]
    public void Stored_form_has_every_field_of_its_kind() =>
        Assert.Equal(
            """{"cron":"0 0 * * *","timezone":"America/Chicago","day_or":true}""",
            FireTimes.Normalise(WireJson.Parse("""{"cron": "0 0 * * *", "timezone": "America/Chicago", "more": 1}""")).GetRawText());
}
