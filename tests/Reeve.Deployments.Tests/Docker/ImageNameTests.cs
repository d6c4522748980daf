using Reeve.Deployments.Docker;

namespace Reeve.Deployments.Tests.Docker;

public sealed class ImageNameTests
{
    [Theory]
    [InlineData("etl", "docker.io")]
    [InlineData("team/etl", "docker.io")]
    [InlineData("docker.io/team/etl", "docker.io")]
    [InlineData("localhost/etl", "localhost")]
    [InlineData("127.0.0.1:5000/team/etl__x", "127.0.0.1:5000")]
    [InlineData("acme.azurecr.io/a/b-c.d", "acme.azurecr.io")]
    public void Registry_is_read_from_the_name(string name, string registry) => Assert.Equal(registry, ImageName.Parse(name).Registry);

    [Theory]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("registry.hub.docker.com", "docker.io")]
    [InlineData("https://acme.azurecr.io/v2/", "acme.azurecr.io")]
    public void Addresses_of_registries_have_one_form(string address, string host) => Assert.Equal(host, ImageName.HostOf(address));

    [Theory]
    [InlineData("Team/ETL flow", "is not a name for an image: its parts are lower-case ASCII letters and digits, with '.', '_' or '-' between them; 'team/etl-flow' would be one")]
    [InlineData("café/etl", "is not a name for an image")]
    [InlineData("acme.io/Etl", "'acme.io/etl' would be one")]
    [InlineData("etl:1.0", "image_name 'etl:1.0' has a tag or digest in it; leave it out there and say 'tag: 1.0'")]
    [InlineData("フロー", "is not a name for an image")]
    [InlineData("a//b", "is not a name for an image")]
    [InlineData("../x", "is not a name for an image")]
    public void Name_that_breaks_the_rules_is_refused(string name, string why) =>
        Assert.Contains(why, Assert.Throws<DockerException>(() => ImageName.Parse(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void Tag_of_a_moment_is_a_tag() =>
        Assert.Equal("2026-03-01t09-30-00-123456-00-00", ImageName.CheckTag(ImageName.TagOf(new DateTimeOffset(2026, 3, 1, 10, 30, 0, 123, 456, TimeSpan.FromHours(1)))));

    [Theory]
    [InlineData("-x")]
    [InlineData("a b")]
    [InlineData("v1.0+meta")]
    public void Tag_that_breaks_the_rules_is_refused(string tag) => Assert.Throws<DockerException>(() => ImageName.CheckTag(tag));
}
