namespace Reeve.Cli.Tests.Commands.Files;

public sealed class FilesLsTests : IDisposable
{
    private readonly TestCli _cli = new();

    public FilesLsTests()
    {
        foreach (var (path, text) in (ReadOnlySpan<(string, string)>)[(".prefectignore", "*.pyc\nbuild/\n!build/keep.txt\n*.log\n!kept.log\n"), ("a.py", "x"), ("b.pyc", "xx"), ("build/keep.txt", ""), ("kept.log", ""), ("na me ü.txt", "")])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_cli.Home, "code", path))!);
            File.WriteAllText(Path.Combine(_cli.Home, "code", path), text);
        }
        File.CreateSymbolicLink(Path.Combine(_cli.Home, "code", "out"), "/etc/hostname");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Without_options_it_lists_what_a_push_takes_along()
    {
        var (code, output, error) = await _cli.RunAsync("files", "ls", "code");

        Assert.Equal(0, code);
        Assert.Equal([".prefectignore", "a.py", "kept.log", "na me ü.txt"], output.Split('\n').SkipLast(2).Select(line => line.Trim().Split("  ")[1]));
        Assert.Contains("4 files (", output, StringComparison.Ordinal);
        Assert.Contains("'out' is a link that leaves the folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stays_is_listed_with_the_line_that_says_so() =>
        Assert.Equal("b.pyc  (.prefectignore:1: *.pyc)\nbuild/  (.prefectignore:2: build/)\n", (await _cli.RunAsync("files", "ls", "code", "--ignored")).Output.ReplaceLineEndings("\n"));

    [Theory]
    [InlineData("b.pyc", "'b.pyc' is ignored: .prefectignore:1: *.pyc")]
    [InlineData("not/there/x.pyc", "'not/there/x.pyc' is ignored: .prefectignore:1: *.pyc")]
    [InlineData("a.py", "'a.py' is pushed: no line of an ignore file speaks of it")]
    [InlineData("kept.log", "'kept.log' is pushed: .prefectignore:5: !kept.log takes it back")]
    [InlineData("build/keep.txt", "'build/keep.txt' is ignored, because its folder 'build/' is: .prefectignore:2: build/. Nothing below an ignored folder can be taken back")]
    [InlineData("build/", "'build/' is ignored: .prefectignore:2: build/")]
    [InlineData("build", "'build/' is ignored: .prefectignore:2: build/")]
    [InlineData("out", "'out' is a link that leaves the folder; it is left out")]
    [InlineData("../x", "'../x' is not below '")]
    public async Task One_path_is_explained(string path, string words) =>
        Assert.StartsWith(words, (await _cli.RunAsync("files", "ls", "code", "--explain", path)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_folder_or_an_ignore_file_that_is_not_there_is_said()
    {
        var folder = await _cli.RunAsync("files", "ls", "nowhere");
        var file = await _cli.RunAsync("files", "ls", "code", "--ignore-file", "nope");

        Assert.Equal((1, 1), (folder.Code, file.Code));
        Assert.Contains("there is no folder '", folder.Error, StringComparison.Ordinal);
        Assert.Contains("the ignore file 'nope' is not in '", file.Error, StringComparison.Ordinal);
    }
}
