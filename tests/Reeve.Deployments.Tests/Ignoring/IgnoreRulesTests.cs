using System.Diagnostics;
using System.Text;
using Reeve.Deployments.Ignoring;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Ignoring;

public sealed class IgnoreRulesTests : IDisposable
{
    private static readonly string[] Names =
        ["a", "b", "ab", "a b", "a.txt", "b.pyc", "foo", "foobar", "é.txt", "#x", "!y", "x ", "[z]", "a-b", "A1", "*", "q\\r", ".env", "bar", "-"];

    // What patterns are put together from: everything the rules have a word for, and things they nearly have one for.
    private static readonly string[] Pieces =
        ["a", "b", "ab", "foo", "bar", ".txt", ".pyc", "*", "**", "***", "?", "/", "/", "**/", "/**", "/**/", "[ab]", "[!a]", "[^b]", "[a-z]", "[[:alpha:]]", "[[:digit:][:upper:]]",
         "[]]", "[]-a]", "[a-", "[", "[[:nonsense:]]", "[[:alpha]]", "[\\]]", "[a\\-z]", "[--0]", "\\a", "\\*", "\\[z\\]", "\\#x", "\\!y", "!", "#", " ", "\\ ", "x\\ ", "é", "\\", "q\\\\r", "-", ".env", "[z]", "\t"];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Thousands_of_patterns_mean_to_us_what_they_mean_to_git()
    {
        var random = new Random(20261120);
        var paths = MakeTree(random);
        await GitAsync("init -q", "");
        List<string> differences = [];
        var ignored = 0;
        for (var round = 0; round < 250; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Line(random)));
            WriteBoth("", text);
            WriteBoth("foo", round % 3 == 0 ? string.Concat(Enumerable.Range(0, 3).Select(_ => Line(random))) : "");
            var git = (await GitAsync("-c core.excludesFile=/dev/null check-ignore --no-index --stdin -z", string.Join('\0', paths.Select(path => path.Name)))).Split('\0').ToHashSet();
            var rules = IgnoreRules.Read(_folder.Path, null);
            ignored += git.Count - 1;
            foreach (var (name, isFolder) in paths)
                if (rules.Explain(name, isFolder).IsIgnored != git.Contains(name))
                    differences.Add($"'{name}' git: {git.Contains(name)}, by\n{text}");
        }
        Assert.InRange(ignored, 10 * paths.Count, 240 * paths.Count); // git did answer, and not the same for everything
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n" + string.Join("\n----\n", differences.Take(5)));
    }

    [Theory]
    [InlineData("*.pyc", "a/b.pyc", ".prefectignore:1: *.pyc")]
    [InlineData("# no\n\nbuild/", "build/out/x.o", ".prefectignore:3: build/ (build)")]
    [InlineData("*.env\n!keep.env", "keep.env", "taken back by .prefectignore:2: !keep.env")]
    [InlineData("build/\n!build/keep", "build/keep", ".prefectignore:1: build/ (build)")]
    [InlineData("/only-here", "sub/only-here", "")]
    [InlineData("name \\ ", "name  ", ".prefectignore:1: name \\ ")]
    public void A_verdict_names_the_line_that_decided(string file, string path, string expected)
    {
        _folder.Write(".prefectignore", file);
        var verdict = IgnoreRules.Read(_folder.Path, null).Explain(path, isFolder: false);
        var words = verdict.Because is not { } because ? "" : $"{because.File}:{because.Line}: {because.Text}" + (verdict.Through is { } folder ? $" ({folder})" : "");
        Assert.Equal(expected, verdict.IsIgnored || words.Length == 0 ? words : "taken back by " + words);
    }

    [Fact]
    public void The_reeve_ignore_file_has_the_last_word()
    {
        _folder.Write(".prefectignore", "*.log\n*.tmp");
        _folder.Write(".reeveignore", "!keep.log");
        var rules = IgnoreRules.Read(_folder.Path, ".prefectignore");
        Assert.False(rules.Explain("keep.log", false).IsIgnored);
        Assert.True(rules.Explain("other.log", false).IsIgnored);
        Assert.True(rules.Explain("a.tmp", false).IsIgnored);
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_a_fault_and_a_usual_one_is_not()
    {
        Assert.Contains("'mine' is not in", Assert.Throws<FileNotFoundException>(() => IgnoreRules.Read(_folder.Path, "mine")).Message, StringComparison.Ordinal);
        Assert.False(IgnoreRules.Read(_folder.Path, ".prefectignore").Explain("x", false).IsIgnored);
    }

    [Fact]
    public void A_hostile_pattern_takes_no_time()
    {
        _folder.Write(".prefectignore", string.Concat(Enumerable.Repeat("*a", 60)) + "b\n" + string.Concat(Enumerable.Repeat("**/a/", 40)) + "b");
        var watch = Stopwatch.StartNew();
        Assert.False(IgnoreRules.Read(_folder.Path, null).Explain(new string('a', 200), false).IsIgnored);
        Assert.False(IgnoreRules.Read(_folder.Path, null).Judge(string.Join('/', Enumerable.Repeat("a", 200)), false).IsIgnored);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    public void Dispose() => _folder.Dispose();

    private static string Line(Random random)
    {
        var pieces = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        return (random.Next(4) == 0 ? "!" : "") + pieces + random.Next(12) switch { 0 => "/", 1 => " ", 2 => "\r", 3 => "  ", _ => "" } + "\n";
    }

    private List<(string Name, bool IsFolder)> MakeTree(Random random)
    {
        List<(string, bool)> paths = [];
        void Fill(string folder, int depth)
        {
            foreach (var name in Names)
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                var isFolder = depth < 3 && (name == "foo" || random.Next(depth == 0 ? 3 : 6) == 0);
                paths.Add((path, isFolder));
                if (!isFolder)
                {
                    File.WriteAllText(_folder.At(path), "");
                    continue;
                }
                Directory.CreateDirectory(_folder.At(path));
                Fill(path, depth + 1);
            }
        }
        Fill("", 0);
        return paths;
    }

    private void WriteBoth(string folder, string text)
    {
        File.WriteAllText(_folder.At(folder, ".gitignore"), text);
        File.WriteAllText(_folder.At(folder, ".prefectignore"), text);
    }

    private async Task<string> GitAsync(string arguments, string input)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["HOME"] = _folder.Path;
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.StandardInput.WriteAsync(input);
        git.StandardInput.Close();
        var text = await output;
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        return text;
    }
}
