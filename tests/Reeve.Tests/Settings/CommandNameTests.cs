using Reeve.Settings;

namespace Reeve.Tests.Settings;

public sealed class CommandNameTests
{
    [Theory]
    [InlineData(null, "reeve")]
    [InlineData(" ", "reeve")]
    [InlineData("./reeve", "./reeve")]
    [InlineData("/home/my clone/reeve", "'/home/my clone/reeve'")]
    public void Advised_commands_can_be_pasted_where_the_launcher_was_called(string? called, string advised) =>
        Assert.Equal(advised, CommandName.Of(called));
}
