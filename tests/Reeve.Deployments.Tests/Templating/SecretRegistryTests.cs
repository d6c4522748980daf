using System.Text;
using Reeve.Deployments.Templating;

namespace Reeve.Deployments.Tests.Templating;

public sealed class SecretRegistryTests
{
    [Fact]
    public void Secret_is_masked_in_every_form_it_travels_in()
    {
        var secrets = new SecretRegistry();
        secrets.Add(" p@ss:word/1\nsecond-line ");

        var said = $"a p@ss:word/1 b second-line c {Uri.EscapeDataString("p@ss:word/1\nsecond-line")} d {Convert.ToBase64String(Encoding.UTF8.GetBytes("p@ss:word/1\nsecond-line"))}";

        Assert.Equal("a ******** b ******** c ******** d ********", secrets.Redact(said));
    }

    [Fact]
    public void Longer_secret_that_contains_a_shorter_one_is_masked_whole()
    {
        var secrets = new SecretRegistry();
        secrets.Add("abc");
        secrets.Add("abcdef");

        Assert.Equal("********!", secrets.Redact("abcdef!"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a")]
    [InlineData(null)]
    public void What_is_too_short_to_be_a_secret_masks_nothing(string? value)
    {
        var secrets = new SecretRegistry();
        secrets.Add(value);

        Assert.Equal("a cat", secrets.Redact("a cat"));
    }
}
