using Reeve.Workers.Jobs;

namespace Reeve.Workers.Tests.Jobs;

public sealed class CommandWordsTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("  a\tb\n", "a|b")]
    [InlineData("sh -c 'echo \"x y\"; ls'", "sh|-c|echo \"x y\"; ls")]
    [InlineData("a \"b \\\" c\" d\\ e ''", "a|b \" c|d e|")]
    [InlineData("x$HOME|y;z", "x$HOME|y;z")]
    public void Quotes_hold_words_together_and_nothing_else_is_special(string command, string words) =>
        Assert.Equal(words, string.Join('|', CommandWords.Split(command)));

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b")]
    public void A_quote_that_is_not_closed_is_refused(string command) => Assert.Throws<JobException>(() => CommandWords.Split(command));
}
