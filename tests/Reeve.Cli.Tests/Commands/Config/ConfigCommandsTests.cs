namespace Reeve.Cli.Tests.Commands.Config;

public sealed class ConfigCommandsTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Fact]
    public async Task What_is_set_is_shown_with_its_source_and_gone_when_unset()
    {
        Assert.Equal(0, (await _cli.RunAsync("config", "set", "REEVE_API_URL=http://here:4200/api", "REEVE_LOGGING_LEVEL=DEBUG")).Code);
        var view = (await _cli.RunAsync("config", "view")).Output;
        Assert.Contains("REEVE_API_URL='http://here:4200/api' (from profile default)", view, StringComparison.Ordinal);
        Assert.Contains("REEVE_LOGGING_LEVEL='DEBUG' (from profile default)", view, StringComparison.Ordinal);

        Assert.Equal(0, (await _cli.RunAsync("config", "unset", "REEVE_API_URL")).Code);
        Assert.DoesNotContain("here:4200", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefect_name_is_an_equal_and_the_last_one_set_wins()
    {
        await _cli.RunAsync("config", "set", "REEVE_API_URL=http://first:4200/api");
        await _cli.RunAsync("config", "set", "PREFECT_API_URL=http://second:4200/api");
        Assert.Contains("PREFECT_API_URL='http://second:4200/api'", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);
        Assert.Contains("API:      http://second:4200/api", (await _cli.RunAsync("version")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_wins_and_is_named_as_the_source()
    {
        await _cli.RunAsync("config", "set", "REEVE_API_URL=http://profile:4200/api");
        _cli.Environment["PREFECT_API_URL"] = "http://environment:4200/api";
        Assert.Contains("PREFECT_API_URL='http://environment:4200/api' (from environment)", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_masked_unless_asked_for()
    {
        var set = await _cli.RunAsync("config", "set", "REEVE_API_AUTH_STRING=admin:hunter2");
        Assert.DoesNotContain("hunter2", set.Output + set.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", (await _cli.RunAsync("profile", "inspect")).Output, StringComparison.Ordinal);
        Assert.Contains("hunter2", (await _cli.RunAsync("config", "view", "--show-secrets")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REEVE_API_ULR=x", "did you mean REEVE_API_URL?")]
    [InlineData("PREFECT_API_ULR=x", "did you mean PREFECT_API_URL?")]
    [InlineData("API_URL=x", "there is no setting 'API_URL'")]
    [InlineData("REEVE_API_URL", "is not KEY=VALUE")]
    public async Task A_name_that_nothing_reads_is_refused(string pair, string message)
    {
        var result = await _cli.RunAsync("config", "set", pair);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_cli.Home, "profiles.toml")));
    }

    [Theory]
    [InlineData("REEVE_API_URL=nonsense")]
    [InlineData("REEVE_SERVER_API_PORT=many")]
    public async Task A_value_that_cannot_be_used_is_refused(string pair)
    {
        Assert.Equal(1, (await _cli.RunAsync("config", "set", pair)).Code);
        Assert.False(File.Exists(Path.Combine(_cli.Home, "profiles.toml")));
    }

    [Fact]
    public async Task A_setting_of_python_clients_is_kept_with_a_note()
    {
        var result = await _cli.RunAsync("config", "set", "PREFECT_MESSAGING_BROKER=memory");
        Assert.Equal(0, result.Code);
        Assert.Contains("kept for Python clients", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profiles_are_made_used_renamed_and_deleted()
    {
        Assert.Equal(0, (await _cli.RunAsync("profile", "create", "work")).Code);
        Assert.Equal(1, (await _cli.RunAsync("profile", "create", "work")).Code);
        Assert.Equal(0, (await _cli.RunAsync("profile", "use", "work")).Code);
        Assert.Contains("* work", (await _cli.RunAsync("profile", "ls")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("config", "set", "REEVE_LOGGING_LEVEL=DEBUG")).Code);
        Assert.Equal(0, (await _cli.RunAsync("profile", "rename", "work", "job")).Code);
        Assert.Contains("REEVE_LOGGING_LEVEL='DEBUG'", (await _cli.RunAsync("profile", "inspect", "job")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _cli.RunAsync("profile", "delete", "job")).Code);
        Assert.Equal(0, (await _cli.RunAsync("profile", "use", "default")).Code);
        Assert.Equal(0, (await _cli.RunAsync("profile", "delete", "job")).Code);
        Assert.DoesNotContain("job", (await _cli.RunAsync("profile", "ls")).Output, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
