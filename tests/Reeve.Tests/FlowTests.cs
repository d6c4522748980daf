namespace Reeve.Tests;

public sealed class FlowTests
{
    [Fact]
    public void Method_group_is_the_flow() => Assert.Equal("nightly-load", Flow.Of(NightlyLoad).Name);

    [Fact]
    public void Name_of_an_instance_method_is_the_flow() => Assert.Equal("on-instance", Flow.Of<FlowTests>(nameof(OnInstance)).Name);

    [Fact]
    public void Method_without_the_attribute_is_told()
    {
        var fault = Assert.Throws<ArgumentException>(() => Flow.Of(Plain));
        Assert.StartsWith("'FlowTests.Plain' is no flow: it is not marked [Flow]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lambda_is_told() => Assert.StartsWith("A lambda or local function is no flow.", Assert.Throws<ArgumentException>(() => Flow.Of(() => 7)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://user:token@host/x.git", "flows/etl.cs:Etl", "The address has a name or token in it")]
    [InlineData("https://host/x.git", "flows/etl.cs", "'flows/etl.cs' is no entrypoint")]
    [InlineData("/no/such/folder", "flows/etl.cs:Etl", "There is no folder")]
    public void Faulty_source_is_told(string source, string entrypoint, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Flow.FromSource(source, entrypoint)).Message, StringComparison.Ordinal);

    [Fact]
    public void Token_in_place_of_a_block_is_refused_without_being_repeated()
    {
        var fault = Assert.Throws<ArgumentException>(() => Flow.FromSource("https://host/x.git", "etl.cs:Etl", credentials: "s3cret"));
        Assert.DoesNotContain("s3cret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_a_deployment_are_told_all_at_once()
    {
        var bad = Flow.Of(NightlyLoad).ToDeployment("a/b", cron: "61 * * * *", parameters: new { day = "today", dya = 1 }) with { ConcurrencyLimit = 0 };

        var fault = await Assert.ThrowsAsync<DeploymentException>(() => bad.ApplyAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("6 faults; nothing was deployed:", fault.Message, StringComparison.Ordinal);
        foreach (var part in (string[])["the name is empty or has one of", "names no work pool", "ConcurrencyLimit is 0", "a schedule is wrong", "'day' must be", "'dya' is not a parameter"])
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Flow]
    private static Task<int> NightlyLoad(int day, string city = "Berlin") => Task.FromResult(day + city.Length);

    [Flow]
    private int OnInstance() => GetHashCode();

    private static int Plain() => 7;
}
