using Reeve.Cli.Commands;

namespace Reeve.Cli.Tests.Commands;

public sealed class JsonFilesTests
{
    [Fact]
    public void A_value_is_json_where_it_can_be_and_text_elsewhere()
    {
        var values = JsonFiles.Pairs(["a=1", "b=true", "c=hello", "d=[1, 2]", "e=\"1\"", "f=x=y", "g="], "--param");
        Assert.Equal("""{"a":1,"b":true,"c":"hello","d":[1,2],"e":"1","f":"x=y","g":""}""", JsonFiles.ToElement(values).GetRawText());
    }

    [Fact]
    public void What_is_no_pair_is_refused() => Assert.Equal(2, Assert.Throws<CliException>(() => JsonFiles.Pairs(["=x"], "--param")).ExitCode);

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    public void What_is_no_object_is_refused(string text) => Assert.Equal(2, Assert.Throws<CliException>(() => JsonFiles.ParseObject(text, "--params")).ExitCode);
}
