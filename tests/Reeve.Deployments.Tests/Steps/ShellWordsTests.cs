using Reeve.Deployments.Steps;

namespace Reeve.Deployments.Tests.Steps;

public sealed class ShellWordsTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("   \t", new string[0])]
    [InlineData("echo hello world", new[] { "echo", "hello", "world" })]
    [InlineData("az --query \"value\" -o tsv", new[] { "az", "--query", "value", "-o", "tsv" })]
    [InlineData("echo 'a b' \"c d\" e\\ f", new[] { "echo", "a b", "c d", "e f" })]
    [InlineData("echo a'b'\"c\"", new[] { "echo", "abc" })]
    [InlineData("echo '' \"\"", new[] { "echo", "", "" })]
    [InlineData("echo \"\\\"q\\\\\" 'back\\slash' \"keep\\n\"", new[] { "echo", "\"q\\", "back\\slash", "keep\\n" })]
    [InlineData("echo $HOME | cat; rm -rf * `x` $(y) > z # c", new[] { "echo", "$HOME", "|", "cat;", "rm", "-rf", "*", "`x`", "$(y)", ">", "z", "#", "c" })]
    public void Line_is_cut_as_a_shell_cuts_it_and_nothing_in_it_acts(string line, string[] words) => Assert.Equal(words, ShellWords.Split(line));

    [Theory]
    [InlineData("echo 'a", "single quote (character 6)")]
    [InlineData("echo \"a", "double quote (character 6)")]
    [InlineData("echo a\\", "backslash")]
    public void Line_that_does_not_end_is_refused(string line, string why) =>
        Assert.Contains(why, Assert.Throws<StepException>(() => ShellWords.Split(line)).Message, StringComparison.Ordinal);
}
