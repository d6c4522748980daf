namespace Reeve.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task Version_is_one_line(string option)
    {
        var result = await _cli.RunAsync(option);
        Assert.Equal((0, ProductVersion.Text + Environment.NewLine), (result.Code, result.Output));
    }

    [Fact]
    public async Task Root_help_lists_every_branch()
    {
        var help = (await _cli.RunAsync("--help")).Output;
        Assert.All(CommandTree.Branches, b => Assert.Contains($"  {b.Name} ", help, StringComparison.Ordinal));
        Assert.Equal(help, (await _cli.RunAsync()).Output);
    }

    [Fact]
    public async Task Help_of_a_command_shows_usage_options_and_examples()
    {
        var result = await _cli.RunAsync("profile", "create", "--help");
        Assert.Equal(
            """
            Make a profile.

            Usage: reeve profile create <NAME> [options]

            Arguments:
              NAME  The new profile's name

            Options:
              --from NAME  Copy the settings of this profile
              -h, --help   Show this help

            Examples:
              reeve profile create production --from default

            """, result.Output);
        Assert.Equal(0, result.Code);
    }

    [Fact]
    public async Task A_group_alone_shows_its_help()
    {
        var result = await _cli.RunAsync("work-pool");
        Assert.Equal(0, result.Code);
        Assert.Contains("Usage: reeve work-pool <command>", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_names_the_nearest()
    {
        var result = await _cli.RunAsync("work-pool", "lst");
        Assert.Equal(2, result.Code);
        Assert.Contains("did you mean 'ls'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_option_names_the_nearest()
    {
        var result = await _cli.RunAsync("worker", "start", "--pool", "p", "--run-onec");
        Assert.Equal(2, result.Code);
        Assert.Contains("there is no option '--run-onec'; did you mean '--run-once'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_option_is_a_fault_of_usage()
    {
        var result = await _cli.RunAsync("worker", "start");
        Assert.Equal(2, result.Code);
        Assert.Contains("--pool", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_one_message_and_no_trace()
    {
        _cli.Environment["REEVE_API_URL"] = "http://127.0.0.1:1/api";
        var result = await _cli.RunAsync("flow", "ls");
        Assert.Equal(1, result.Code);
        Assert.StartsWith("Error: Cannot reach the API at http://127.0.0.1:1/api", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_named_before_the_command_is_used()
    {
        await _cli.RunAsync("profile", "create", "other");
        await _cli.RunAsync("-p", "other", "config", "set", "REEVE_API_URL=http://other:4200/api");
        Assert.Contains("http://other:4200/api", (await _cli.RunAsync("-p", "other", "config", "view")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("http://other:4200/api", (await _cli.RunAsync("config", "view")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_profile_is_refused_with_those_that_are()
    {
        var result = await _cli.RunAsync("--profile", "nowhere", "config", "view");
        Assert.Equal(1, result.Code);
        Assert.Contains("Profiles: default", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
