using Reeve.Protocol;

namespace Reeve.Cli.Tests.Commands.Config;

/// <summary>Settings by environment, project files, profile and default, in this order; all checked at once.</summary>
public sealed class SettingsFilesTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Fact]
    public async Task The_environment_stands_above_files_and_files_above_the_profile()
    {
        await _cli.RunAsync("config", "set", "REEVE_SERVER_API_PORT=1", "REEVE_SERVER_API_HOST=profile", "PREFECT_UI_ENABLED=false", "REEVE_LOGGING_LEVEL=ERROR");
        Write("pyproject.toml", "[project]\nname = 'x'\n[tool.prefect.server.api]\nport = 2\nhost = \"pyproject\"\n[tool.prefect]\nlogging.level = 'WARNING'\n");
        Write("prefect.toml", "[server.api]\nport = 3\n");
        Write("reeve.toml", "[server]\napi.port = 4 # the strongest file\n");
        Assert.Contains("REEVE_SERVER_API_PORT='4' (from reeve.toml)", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);

        _cli.Environment["PREFECT_SERVER_API_PORT"] = "5";
        var view = (await _cli.RunAsync("config", "view")).Output;

        Assert.Contains("PREFECT_SERVER_API_PORT='5' (from environment)", view, StringComparison.Ordinal);
        Assert.Contains("REEVE_SERVER_API_HOST='pyproject' (from pyproject.toml [tool.prefect])", view, StringComparison.Ordinal);
        Assert.Contains("REEVE_LOGGING_LEVEL='WARNING' (from pyproject.toml [tool.prefect])", view, StringComparison.Ordinal);
        Assert.Contains("PREFECT_UI_ENABLED='false' (from profile default)", view, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_the_older_line_is_the_same_setting()
    {
        _cli.Environment["PREFECT_API_SERVICES_SCHEDULER_ENABLED"] = "no";
        await _cli.RunAsync("config", "set", "REEVE_SERVER_SERVICES_LATE_RUNS_ENABLED=true");
        await _cli.RunAsync("config", "set", "PREFECT_API_SERVICES_LATE_RUNS_ENABLED=false");

        var view = (await _cli.RunAsync("config", "view", "--show-defaults")).Output;

        Assert.Contains("PREFECT_API_SERVICES_SCHEDULER_ENABLED='no' (from environment)", view, StringComparison.Ordinal);
        Assert.Contains("PREFECT_API_SERVICES_LATE_RUNS_ENABLED='false'", view, StringComparison.Ordinal);
        Assert.DoesNotContain("REEVE_SERVER_SERVICES_LATE_RUNS_ENABLED", view, StringComparison.Ordinal);
        Assert.Contains("REEVE_SERVER_UI_SERVE_BASE='/' (from defaults)", view, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_is_named_at_once_with_its_place()
    {
        _cli.Environment["REEVE_SERVER_API_PORT"] = "many";
        _cli.Environment["PREFECT_SERVER_API_AUTH_STRING"] = "hunter2";
        Write("reeve.toml", "[server.ui]\nenabld = true\nenabled = 'perhaps'\n[server.api]\ntrusted_proxies = ['10.0.0.0/8', 'here']\ncsrf_token_expiration = 'PT1H'\n");

        var result = await _cli.RunAsync("config", "validate");
        var start = await _cli.RunAsync("server", "start", "--port", "0");

        Assert.Equal((1, 1), (result.Code, start.Code));
        foreach (var output in (string[])[result.Error, start.Error])
        {
            Assert.Contains("REEVE_SERVER_API_PORT is 'many' (from environment); it must be a whole number", output, StringComparison.Ordinal);
            Assert.Contains("PREFECT_SERVER_API_AUTH_STRING is '********' (from environment); it must be user:password", output, StringComparison.Ordinal);
            Assert.Contains("REEVE_SERVER_UI_ENABLED is 'perhaps' (from reeve.toml); it must be true or false", output, StringComparison.Ordinal);
            Assert.Contains("REEVE_SERVER_API_TRUSTED_PROXIES is '10.0.0.0/8,here' (from reeve.toml)", output, StringComparison.Ordinal);
            Assert.Contains("reeve.toml sets SERVER_UI_ENABLD, which is no setting; did you mean SERVER_UI_ENABLED?", output, StringComparison.Ordinal);
            Assert.DoesNotContain("CSRF", output, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Good_settings_are_said_to_be_good()
    {
        Write("prefect.toml", "[server.api]\nport = 4300\n[messaging]\nbroker = \"memory\"\n");

        var result = await _cli.RunAsync("config", "validate");

        Assert.Equal(0, result.Code);
        Assert.Contains("1 set", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_view_has_a_form_for_scripts_that_masks_secrets_too()
    {
        _cli.Environment["REEVE_API_KEY"] = "hunter2";

        var json = WireJson.Parse((await _cli.RunAsync("config", "view", "-o", "json")).Output);

        Assert.Equal("default", json.GetProperty("profile").GetString());
        var key = json.GetProperty("settings").GetProperty("REEVE_API_KEY");
        Assert.Equal(("********", "environment"), (key.GetProperty("value").GetString(), key.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_with_its_line()
    {
        Write("reeve.toml", "[server]\nport = nonsense\n");

        var result = await _cli.RunAsync("config", "view");

        Assert.Equal(1, result.Code);
        Assert.Contains("reeve.toml:2: 'nonsense' is no value", result.Error, StringComparison.Ordinal);
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_cli.Home, name), content);

    public void Dispose() => _cli.Dispose();
}
