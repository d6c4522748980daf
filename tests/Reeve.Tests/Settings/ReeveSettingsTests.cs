using Reeve.Settings;

namespace Reeve.Tests.Settings;

public sealed class ReeveSettingsTests
{
    [Theory]
    [InlineData("http://a/api", "http://b/api", "http://c/api", "http://a/api")]
    [InlineData(null, "http://b/api", "http://c/api", "http://b/api")]
    [InlineData(null, null, "http://c/api", "http://c/api")]
    [InlineData(null, null, null, "http://127.0.0.1:4200/api")]
    public void The_first_of_own_name_known_name_profile_default_wins(string? own, string? known, string? profile, string expected)
    {
        var settings = Settings(
            new() { ["REEVE_API_URL"] = own, ["PREFECT_API_URL"] = known },
            profile is null ? [] : new() { ["PREFECT_API_URL"] = profile });

        Assert.Equal(expected, settings.ApiUrl.ToString());
    }

    [Theory]
    [InlineData("127.0.0.1:4200")]
    [InlineData("ftp://host/api")]
    public void An_address_that_cannot_be_used_is_shown(string address) =>
        Assert.Contains(
            address, Assert.Throws<SettingsException>(() => Settings(new() { ["REEVE_API_URL"] = address }, []).ApiUrl).Message, StringComparison.Ordinal);

    [Fact]
    public void A_setting_tells_where_it_was_found()
    {
        var setting = Settings([], new() { ["REEVE_API_KEY"] = "k" }).Find("API_KEY");

        Assert.Equal(new Setting("REEVE_API_KEY", "k", "profile test"), setting);
    }

    private static ReeveSettings Settings(Dictionary<string, string?> environment, Dictionary<string, string> profile) =>
        new(name => environment.GetValueOrDefault(name), new Profile("test", profile));
}
