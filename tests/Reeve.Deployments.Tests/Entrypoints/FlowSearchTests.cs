using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Entrypoints;

public sealed class FlowSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<IEnumerable<string>> FindAsync() =>
        (await FlowSearch.FindAsync(_folder.Path, TestContext.Current.CancellationToken)).Select(flow => $"{flow.Entrypoint} {flow.FlowName}");

    [Fact]
    public async Task Flows_are_found_in_files_projects_and_python()
    {
        _folder.Write("flows/hello.cs", """"
            using Reeve;
            static class Flows
            {
                /// <summary>[Flow] in a comment</summary>
                [Flow(Name = "greet // all", RunName = "x-{name}")]
                public static async Task<List<(int, string)>> Hello(string name) => await Load(name);

                [Task] static Task<int> Load(string s) => Task.FromResult(1);
                // [Flow] public static void No() { }
                const string Text = "[Flow] public static void NeitherThis() { }";
                const string Raw = """
                    [Flow] public void NorThis() { }
                    """;
                [Obsolete, Flow]
                [Other("[x]")]
                public void LoadETLData() { }
            }
            """");
        _folder.Write("App/App.csproj", "<Project/>");
        _folder.Write("App/Sub/A.cs", "namespace N; public class A(int x) { [Reeve.Flow(Retries = 2)] internal int[] Run<T>() => []; }");
        _folder.Write("App/Sub/B.cs", "record R(int x); class B { [FlowAttribute] void Run() {} class Inner { [Flow] void Only() {} } }");
        _folder.Write("App/bin/Gone.cs", "class X { [Flow] void Gone() {} }");
        _folder.Write(".hidden/Gone.cs", "class X { [Flow] void Gone() {} }");
        _folder.Write("py/etl.py", "from prefect import flow\n@flow(name='My ETL')\nasync def etl(n: int):\n  pass\n@task\ndef t(): pass\n");

        Assert.Equal(["App/App.csproj:A.Run run", "App/App.csproj:B.Run run", "App/App.csproj:Only only", "flows/hello.cs:Hello greet // all", "flows/hello.cs:LoadETLData load-etl-data", "py/etl.py:etl My ETL"],
            await FindAsync());
    }

    [Fact]
    public async Task Broken_files_links_and_folders_that_cannot_be_read_are_passed_over()
    {
        _folder.Write("broken.cs", "class { [Flow( \" ' } } } /* [Flow] void");
        _folder.Write("a/flow.py", "@flow\ndef one(): pass\n");
        File.CreateSymbolicLink(_folder.At("loop"), _folder.Path);

        Assert.Equal(["a/flow.py:one one"], await FindAsync());
    }

    [Fact]
    public async Task Flows_of_the_examples_are_all_found()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root!.FullName, "Reeve.slnx")))
            root = root.Parent;
        var examples = Path.Combine(root.FullName, "examples");

        var found = (await FlowSearch.FindAsync(examples, TestContext.Current.CancellationToken)).Count(flow => !flow.Path.EndsWith(".py", StringComparison.Ordinal));

        var marked = Directory.EnumerateFiles(examples, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(File.ReadLines).Count(line => line.TrimStart().StartsWith("[Flow", StringComparison.Ordinal));
        Assert.Equal(marked, found);
        Assert.True(marked > 5);
    }
}
