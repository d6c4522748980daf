using Reeve.Deployments.Docker;

namespace Reeve.Deployments.Tests.Docker;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("*.md", "README.md", true)]
    [InlineData("*.md", "docs/README.md", false)]
    [InlineData("**/*.md", "docs/deep/README.md", true)]
    [InlineData("**/*.md", "README.md", true)]
    [InlineData("/bin", "bin/x.dll", true)]
    [InlineData("bin/", "bin/a/b.dll", true)]
    [InlineData("bin", "src/bin/x.dll", false)]
    [InlineData("**/bin", "src/bin/x.dll", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/../secret", "secret", true)]
    [InlineData("*\n!keep", "keep", false)]
    [InlineData("*\n!keep", "keep/inside", false)]
    [InlineData("*\n!keep", "other", true)]
    [InlineData("!x\nx", "x", true)]
    [InlineData("# x\n\n  y  ", "y", true)]
    [InlineData("# x", "# x", false)]
    [InlineData("file?.txt", "file1.txt", true)]
    [InlineData("file[0-3].txt", "file2.txt", true)]
    [InlineData("file[^0-3].txt", "file2.txt", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a+(b)$^|{c}", "a+(b)$^|{c}", true)]
    [InlineData("Ünï code", "Ünï code/x", true)]
    [InlineData("\uFEFFx", "x", true)]
    public void Path_is_left_out_as_the_patterns_say(string patterns, string path, bool isIgnored)
    {
        var ignore = DockerIgnore.Parse(patterns, ".dockerignore");
        var verdict = ignore.Start;
        var parts = path.Split('/');
        for (var i = 1; i <= parts.Length; i++)
            verdict = ignore.Judge(string.Join('/', parts[..i]), verdict);

        Assert.Equal(isIgnored, verdict.IsIgnored);
    }

    [Theory]
    [InlineData("node_modules\n!node_modules/a/keep", "node_modules", true)]
    [InlineData("node_modules\n!node_modules/a/keep", "node_modules/b", false)]
    [InlineData("*\n!*.md", "docs", true)]
    [InlineData("a\n!a/*/keep", "a/b", true)]
    [InlineData("a\n!b/*/keep", "a", false)]
    public void Folder_that_is_left_out_is_walked_only_where_something_is_taken_in_again(string patterns, string folder, bool mayTakeIn) =>
        Assert.Equal(mayTakeIn, DockerIgnore.Parse(patterns, ".dockerignore").MayTakeIn(folder));

    [Fact]
    public void Pattern_that_cannot_be_read_is_named_with_its_line() =>
        Assert.Equal(".dockerignore:2: the pattern '[z-a]' cannot be understood", Assert.Throws<DockerException>(() => DockerIgnore.Parse("x\n[z-a]", ".dockerignore")).Message);
}
