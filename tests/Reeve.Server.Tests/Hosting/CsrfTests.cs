using Reeve.Server.Tests.Storage;

namespace Reeve.Server.Tests.Hosting;

public sealed class CsrfTests
{
    public static TheoryData<DatabaseKind> Kinds => TestDatabase.Kinds;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_write_needs_the_token_of_its_client_and_a_read_does_not(DatabaseKind kind)
    {
        await using var host = await TestHost.StartAsync(kind, options => options with { CsrfProtection = true });
        var (status, token) = await host.GetAsync("csrf-token?client=one");
        Assert.Equal((200, "one"), (status, token.Text("client")));

        Assert.Equal("Missing CSRF token.", await RefusalAsync(host));
        Assert.Equal("Missing client identifier.", await RefusalAsync(host, ("Prefect-Csrf-Token", token.Text("token"))));
        Assert.Equal("Invalid CSRF token or client identifier.", await RefusalAsync(host, ("Prefect-Csrf-Token", token.Text("token")), ("Prefect-Csrf-Client", "two")));
        Assert.Equal("Invalid CSRF token or client identifier.", await RefusalAsync(host, ("Prefect-Csrf-Token", "guess"), ("Prefect-Csrf-Client", "one")));
        Assert.Equal(201, (await host.PostAsync("flows/", new { name = "f" }, ("Prefect-Csrf-Token", token.Text("token")), ("Prefect-Csrf-Client", "one"))).Status);
        Assert.Equal(200, (await host.GetAsync("flows/name/f")).Status);
    }

    [Fact]
    public async Task A_new_token_takes_the_place_of_the_old_one_and_each_ends_with_its_time()
    {
        var clock = new MovedClock();
        await using var host = await TestHost.StartAsync(change: options => options with { CsrfProtection = true, CsrfTokenLife = TimeSpan.FromMinutes(10), Clock = clock });
        var first = (await host.GetAsync("csrf-token?client=one")).Body;
        var second = (await host.GetAsync("csrf-token?client=one")).Body;
        Assert.Equal(first.Text("id"), second.Text("id"));

        Assert.Equal(403, await WriteAsync(host, first.Text("token")));
        Assert.Equal(201, await WriteAsync(host, second.Text("token")));
        clock.Jump = TimeSpan.FromMinutes(11);
        Assert.Equal(403, await WriteAsync(host, second.Text("token")));
    }

    [Theory]
    [InlineData("csrf-token")]
    [InlineData("csrf-token?client=")]
    public async Task A_token_is_given_to_a_client_only(string path)
    {
        await using var host = await TestHost.StartAsync(change: options => options with { CsrfProtection = true });

        Assert.Equal(422, (await host.GetAsync(path)).Status);
        Assert.Equal(422, (await host.GetAsync("csrf-token?client=" + new string('x', 256))).Status);
    }

    private static async Task<int> WriteAsync(TestHost host, string token) =>
        (await host.PostAsync("flows/", new { name = Guid.NewGuid() }, ("Prefect-Csrf-Token", token), ("Prefect-Csrf-Client", "one"))).Status;

    private static async Task<string> RefusalAsync(TestHost host, params (string Name, string Value)[] headers)
    {
        var (status, body) = await host.PostAsync("flows/", new { name = "f" }, headers);
        Assert.Equal(403, status);
        return body.Text("detail");
    }
}
