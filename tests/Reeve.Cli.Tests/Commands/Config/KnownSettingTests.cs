using Reeve.Cli.Commands.Config;

namespace Reeve.Cli.Tests.Commands.Config;

public sealed class KnownSettingTests
{
    [Theory]
    [InlineData("SERVER_API_PORT", "65535", true)]
    [InlineData("SERVER_API_PORT", "65536", false)]
    [InlineData("SERVER_API_PORT", "-1", false)]
    [InlineData("API_URL", "https://host/api", true)]
    [InlineData("API_URL", "host:4200", false)]
    [InlineData("SERVER_UI_ENABLED", "On", true)]
    [InlineData("SERVER_UI_ENABLED", "", false)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "3600", true)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "PT30M", true)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "00:30:00", true)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "0", false)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "PT", false)]
    [InlineData("SERVER_API_CSRF_TOKEN_EXPIRATION", "1e300", false)]
    [InlineData("SERVER_LOGGING_LEVEL", "debug", true)]
    [InlineData("SERVER_LOGGING_LEVEL", "loud", false)]
    [InlineData("SERVER_LOGGING_FORMAT", "json", true)]
    [InlineData("SERVER_LOGGING_FORMAT", "xml", false)]
    [InlineData("SERVER_UI_SERVE_BASE", "/reeve", true)]
    [InlineData("SERVER_UI_SERVE_BASE", "reeve", false)]
    [InlineData("SERVER_API_TRUSTED_PROXIES", "127.0.0.1, ::1, 10.0.0.0/8", true)]
    [InlineData("SERVER_API_MAX_REQUEST_SIZE", "0", false)]
    [InlineData("TASK_RUNNER", "process(4)", true)]
    [InlineData("TASK_RUNNER", "inline", true)]
    [InlineData("TASK_RUNNER", "thread-pool(0)", false)]
    [InlineData("TASK_RUNNER", "dask", false)]
    [InlineData("TASKS_DEFAULT_RETRY_DELAY_SECONDS", "[1, 5.5, 30]", true)]
    [InlineData("TASKS_DEFAULT_RETRY_DELAY_SECONDS", "1,-5", false)]
    [InlineData("TASK_DEFAULT_RETRIES", "3", true)]
    [InlineData("FLOW_DEFAULT_RETRIES", "-1", false)]
    [InlineData("FLOW_RUN_LEASE_SECONDS", "4", false)]
    public void A_value_is_judged_by_its_kind(string name, string value, bool isGood) =>
        Assert.Equal(isGood, KnownSettings.FindBare(name)!.Fault(value) is null);

    [Fact]
    public void Defaults_are_good_and_no_name_is_given_twice()
    {
        Assert.All(KnownSettings.All.Where(s => s.Default is not null), s => Assert.Null(s.Fault(s.Default!)));
        var names = KnownSettings.All.SelectMany(s => s.Names).ToList();
        Assert.Equal(names.Distinct().Count(), names.Count);
    }
}
