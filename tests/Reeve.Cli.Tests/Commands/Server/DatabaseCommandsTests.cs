using Reeve.Protocol;

namespace Reeve.Cli.Tests.Commands.Server;

public sealed class DatabaseCommandsTests : IDisposable
{
    private readonly TestCli _cli = new();

    [Fact]
    public async Task A_database_is_made_checked_made_smaller_and_made_anew()
    {
        Assert.Equal(1, (await _cli.RunAsync("server", "database", "check")).Code);
        Assert.Contains("Pending: all", (await _cli.RunAsync("server", "database", "upgrade", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("server", "database", "upgrade", "-y")).Code);
        Assert.Contains("up to date", (await _cli.RunAsync("server", "database", "upgrade")).Output, StringComparison.Ordinal);

        var check = await _cli.RunAsync("server", "database", "check");
        Assert.Equal(0, check.Code);
        Assert.Contains("It is whole and up to date.", check.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("server", "database", "vacuum", "-y")).Code);
        Assert.Equal(0, (await _cli.RunAsync("server", "database", "reset", "-y")).Code);

        var json = WireJson.Parse((await _cli.RunAsync("server", "database", "check", "-o", "json")).Output);
        Assert.Equal(("sqlite", 0, 0), (json.GetProperty("database").GetString(), json.GetProperty("pending").GetArrayLength(), json.GetProperty("faults").GetArrayLength()));
        Assert.Equal(json.GetProperty("program_version").GetInt32(), json.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_deleted_without_a_yes()
    {
        await _cli.RunAsync("server", "database", "upgrade", "-y");

        var unasked = await _cli.RunAsync("server", "database", "reset");
        var refused = await _cli.RunAsync("n\n", ["--prompt", "server", "database", "reset"]);
        var agreed = await _cli.RunAsync("y\n", ["--prompt", "server", "database", "reset"]);

        Assert.Equal((2, 1, 0), (unasked.Code, refused.Code, agreed.Code));
        Assert.Contains("--yes", unasked.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed.", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("downgrade", "-r", "abc")]
    [InlineData("stamp", "abc")]
    [InlineData("revision", "-m", "x", "--autogenerate")]
    public async Task What_goes_backwards_says_why_there_is_none(params string[] args)
    {
        var result = await _cli.RunAsync(["server", "database", .. args]);

        Assert.Equal(2, result.Code);
        Assert.Contains("migrations only go forward", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told_in_one_sentence()
    {
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "reeve.db"), new string('x', 5000), TestContext.Current.CancellationToken);

        var result = await _cli.RunAsync("server", "database", "check");

        Assert.Equal(1, result.Code);
        Assert.Contains("cannot be read", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
