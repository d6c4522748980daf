using System.Globalization;
using System.Text.Json;
using Reeve.Engine;

namespace Reeve.Tests.Blocks;

public sealed class SecretTests
{
    [Fact]
    public void Secret_shows_itself_in_no_text()
    {
        Secret<string> secret = "geheim";
        var holder = new Holder("ada", secret);

        Assert.Equal("********", secret.ToString());
        Assert.Equal("********", string.Create(CultureInfo.InvariantCulture, $"{secret}"));
        Assert.DoesNotContain("geheim", holder.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", JsonSerializer.Serialize(holder), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", AuthorJson.Element(writer => ParameterJson.Write(writer, holder)).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", JsonSerializer.Serialize(holder, AuthorJson.Inputs), StringComparison.Ordinal);
        Assert.Equal("geheim", secret.Reveal());
    }

    [Fact]
    public void Secret_is_written_in_clear_only_to_be_kept_and_read_from_anywhere()
    {
        Assert.Equal("""{"user":"ada","password":"geheim"}""", JsonSerializer.Serialize(new Holder("ada", "geheim"), AuthorJson.Blocks));
        Assert.Equal("geheim", JsonSerializer.Deserialize<Holder>("""{"User":"ada","Password":"geheim"}""")!.Password.Reveal());
    }

    [Fact]
    public void Secrets_are_equal_by_what_they_hide()
    {
        Assert.Equal(new Secret<int>(3), new Secret<int>(3));
        Assert.NotEqual(new Secret<int>(3), new Secret<int>(4));
        Assert.Equal(new Holder("a", "b"), new Holder("a", "b"));
    }

    private sealed record Holder(string User, Secret<string> Password);
}
