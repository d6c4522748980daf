using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Reeve.Engine;
using Reeve.Hosting;

namespace Reeve.Tests.Hosting;

public sealed class ReeveOptionsTests
{
    [Fact]
    public void Section_is_read_and_code_goes_before_it()
    {
        var options = Read(new() { ["Reeve:ApiUrl"] = "http://a/api", ["Reeve:Limit"] = "3", ["Reeve:PollInterval"] = "00:00:05", ["Reeve:PauseOnStop"] = "false" }, given => given.Limit = 4);
        Assert.Equal(("http://a/api", 4, TimeSpan.FromSeconds(5), false), (options.ApiUrl, options.Limit, options.PollInterval, options.PauseOnStop));
    }

    [Theory]
    [InlineData("ConnectionStrings:reeve", "http://reeve:4200", "http://reeve:4200/api")]
    [InlineData("ConnectionStrings:reeve", "Endpoint=https://reeve/api/;Key=k", "https://reeve/api")]
    [InlineData("services:reeve:http:0", "http://localhost:5001", "http://localhost:5001/api")]
    public void Address_of_a_surrounding_system_is_understood(string key, string value, string address) => Assert.Equal(address, Read(new() { [key] = value }).ApiUrl);

    [Fact]
    public void Secure_service_goes_before_the_plain_one() =>
        Assert.Equal("https://s/api", Read(new() { ["services:reeve:http:0"] = "http://p", ["services:reeve:https:0"] = "https://s" }).ApiUrl);

    [Fact]
    public void Faults_are_told_all_at_once_and_without_the_secret()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(new() { ["Reeve:ApiUrl"] = "x", ["Reeve:LoggingLevel"] = "LOUD", ["Reeve:ApiAuthString"] = "s3cret", ["Reeve:TaskRunner"] = "dask", ["Reeve:Limit"] = "0", ["Reeve:PollInterval"] = "1.00:00:00" }));
        Assert.Equal(6, fault.Failures.Count());
        Assert.DoesNotContain("s3cret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Task_runner_of_the_options_is_the_one_of_flows_that_say_none()
    {
        var options = Read(new() { ["Reeve:TaskRunner"] = "process(3)", ["Reeve:ApiUrl"] = "http://127.0.0.1:9/api" });
        using var hosted = new HostedSession(Options.Create(options), NullLoggerFactory.Instance);

        Assert.Equal("Process(3)", hosted.Session.Defaults.TaskRunnerOf(new FlowDescriptor { Name = "any", Method = "Any", Type = "Any", Parameters = [] })?.ToString());
    }

    [Fact]
    public void Text_that_is_no_number_names_its_key() =>
        Assert.Equal("Reeve:Limit is 'many'; it must be a whole number", Assert.Throws<FormatException>(() => Read(new() { ["Reeve:Limit"] = "many" })).Message);

    private static ReeveOptions Read(Dictionary<string, string?> configuration, Action<ReeveOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
        services.AddReeve(configure);
        services.AddReeve(); // twice is as good as once
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ReeveOptions>>().Value;
    }
}
