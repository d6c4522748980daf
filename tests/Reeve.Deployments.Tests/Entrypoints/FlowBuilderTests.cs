using System.Collections.Concurrent;
using System.Text.Json;
using Reeve.Deployments.Entrypoints;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Running;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Entrypoints;

// Real builds by the real SDK: few, and each looks at several things.
public sealed class FlowBuilderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _home = new();
    private readonly ConcurrentQueue<OutputLine> _lines = [];

    public FlowBuilderTests() => FlowSources.UseReeve(_folder);

    public void Dispose()
    {
        _folder.Dispose();
        _home.Dispose();
    }

    private EntrypointResolver Resolver => new(new FlowBuilder(_home.Path, _lines.Enqueue, TimeProvider.System));

    private Task<(ResolvedFlow? Flow, IReadOnlyList<Fault> Faults)> ResolveAsync(string entrypoint) =>
        Resolver.ResolveAsync(entrypoint, _folder.Path, TestContext.Current.CancellationToken);

    private int Builds => _lines.Count(line => line.Message.StartsWith("Building '", StringComparison.Ordinal));

    [Fact]
    public async Task File_is_built_once_for_each_content_and_described_without_running_it()
    {
        _folder.Write("flows/hello.cs", FlowSources.Program("System.IO.File.WriteAllText(\"ran\", \"\");"));

        // Two at once, as two workers of one machine would.
        var both = await Task.WhenAll(ResolveAsync("flows/hello.cs:Hello"), ResolveAsync("flows/hello.cs:Flows.Bye"));

        Assert.All(both, each => Assert.Empty(each.Faults));
        Assert.Equal(1, Builds);
        var hello = both[0].Flow!;
        Assert.Equal(("hello", "Hello", "Demo.Flows", "Greets é", null), (hello.Manifest.Name, hello.Manifest.Method, hello.Manifest.Type, hello.Manifest.Description, hello.Manifest.Version));
        Assert.Equal("times", hello.Manifest.ParameterSchema.GetProperty("required")[0].GetString());
        Assert.Equal(("bye", "2"), (both[1].Flow!.Manifest.Name, both[1].Flow!.Manifest.Version));
        Assert.True(File.Exists(hello.Built!.AssemblyPath));
        Assert.Equal("Reeve.dll", Path.GetFileName(hello.Built.ReevePath));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "ran", SearchOption.AllDirectories));

        // The same content in another checkout.
        using var other = new TemporaryFolder();
        FlowSources.UseReeve(other);
        File.Copy(_folder.At("Directory.Build.props"), other.At("Directory.Build.props"), overwrite: true);
        other.Write("flows/hello.cs", File.ReadAllText(_folder.At("flows", "hello.cs")));
        var (again, _) = await Resolver.ResolveAsync("flows/hello.cs:Hello", other.Path, TestContext.Current.CancellationToken);

        Assert.True(again!.Built!.FromCache);
        Assert.Equal(1, Builds);
        Assert.Contains(_lines, line => line is { Level: LineLevel.Debug } && line.Message.Contains("not compiled again", StringComparison.Ordinal));

        // Another content.
        _folder.Write("flows/hello.cs", FlowSources.Program());
        var (changed, _) = await ResolveAsync("flows/hello.cs:Hello");

        Assert.False(changed!.Built!.FromCache);
        Assert.NotEqual(hello.Built.AssemblyPath, changed.Built.AssemblyPath);
        Assert.Equal(2, Builds);
        Assert.Empty(Directory.EnumerateDirectories(_home.Path, "*.draft", SearchOption.AllDirectories));

        var (_, faults) = await ResolveAsync("flows/hello.cs:Helo");
        Assert.Equal("'flows/hello.cs' has no method marked [Flow] called 'Helo'; did you mean 'Hello'?", Assert.Single(faults).ToString());

        // What was built is an entrypoint too.
        var (built, none) = await ResolveAsync($"{changed.Built.AssemblyPath}:Hello");
        Assert.Empty(none);
        Assert.Equal("hello", built!.Manifest.Name);
    }

    [Fact]
    public async Task Compilers_own_messages_come_back_with_their_places()
    {
        _folder.Write("flows/bad.cs", "using System;\nConsole.WriteLine(missing);\nint x = \"text\";\nConsole.WriteLine(x);\n");

        var (flow, faults) = await ResolveAsync("flows/bad.cs:Hello");

        Assert.Null(flow);
        Assert.Equal(
        [
            "flows/bad.cs:2:19: error CS0103: The name 'missing' does not exist in the current context",
            "flows/bad.cs:3:9: error CS0029: Cannot implicitly convert type 'string' to 'int'",
        ], faults.Select(fault => fault.ToString()));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_home.Path, "cache", "flows")));
    }

    [Fact]
    public async Task Project_is_built_whole_and_a_change_in_what_it_refers_to_builds_it_again()
    {
        _folder.Write("App/App.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><AssemblyName>Nightly</AssemblyName></PropertyGroup>
              <ItemGroup><ProjectReference Include="..\Lib\Lib.csproj" /></ItemGroup>
            </Project>
            """);
        _folder.Write("App/Program.cs", FlowSources.Program("Lib.Thing.Do();"));
        _folder.Write("Lib/Lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        _folder.Write("Lib/Thing.cs", "namespace Lib { public static class Thing { public static void Do() { } } }");

        var (flow, faults) = await ResolveAsync("App/App.csproj:Hello");

        Assert.Empty(faults);
        Assert.Equal("Nightly.dll", Path.GetFileName(flow!.Built!.AssemblyPath));
        Assert.True((await ResolveAsync("App/App.csproj:Hello")).Flow!.Built!.FromCache);
        Assert.Equal(1, Builds);

        _folder.Write("Lib/Thing.cs", "namespace Lib { public static class Thing { } }");
        var (_, broken) = await ResolveAsync("App/App.csproj:Hello");
        Assert.StartsWith("App/Program.cs:5:", Assert.Single(broken).ToString(), StringComparison.Ordinal);

        var (_, library) = await ResolveAsync("Lib/Lib.csproj:Hello");
        Assert.Equal("'Lib/Lib.csproj' is a class library and cannot be run; set <OutputType>Exe</OutputType> in its project", Assert.Single(library).ToString());
    }

    [Fact]
    public async Task Program_without_reeve_has_no_flow()
    {
        File.Delete(_folder.At("Directory.Build.props"));
        _folder.Write("plain.cs", "System.Console.WriteLine();");

        var (_, faults) = await ResolveAsync("plain.cs:Hello");

        Assert.StartsWith("'plain.cs' does not use the package Reeve, so there is no flow in it; add '#:package Reeve@", Assert.Single(faults).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flows/helo.cs:Hello", "the file 'flows/helo.cs' does not exist; did you mean 'flows/hello.cs'?")]
    [InlineData("flow/hello.cs:Hello", "the file 'flow/hello.cs' does not exist; there is no folder 'flow' in")]
    [InlineData("flows/hello.cs", "'flows/hello.cs' is not an entrypoint: expected <file>:<method>")]
    [InlineData("flows/hello.txt:Hello", "'flows/hello.txt' is not a kind of file a flow can be in")]
    [InlineData("C:\\flows/hello.cs", "is not an entrypoint")]
    [InlineData("-o.cs:Hello", "begins with '-'")]
    [InlineData("flows/not.dll:Hello", "'flows/not.dll' is a class library and cannot be run")]
    [InlineData("flows/bad.dll:Hello", "'flows/bad.dll' is not a .NET assembly")]
    public async Task Entrypoint_that_leads_nowhere_says_why(string entrypoint, string why)
    {
        _folder.Write("flows/hello.cs", "");
        _folder.Write("flows/not.dll", "");
        _folder.Write("flows/bad.dll", "text");
        _folder.Write("flows/bad.runtimeconfig.json", "{}");

        var (flow, faults) = await ResolveAsync(entrypoint);

        Assert.Null(flow);
        Assert.Contains(why, Assert.Single(faults).ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Builds);
    }

    [Fact]
    public void Process_of_a_flow_is_its_own_program_with_the_hook_before_main()
    {
        using var schema = JsonDocument.Parse("{}");
        var (entrypoint, _) = Entrypoint.Parse("flows/hello.cs:Hello");
        var flow = new ResolvedFlow(entrypoint!, new FlowManifest("hello", "Hello", "T", null, null, schema.RootElement), new BuiltFlow("/b/hello.dll", "/b/Reeve.dll", [], true));
        var (run, lease) = (Guid.NewGuid(), Guid.NewGuid());

        var start = FlowProcess.OfBuilt(flow, run, lease, new Uri("http://127.0.0.1:4200/api"), "/w");

        Assert.Equal(["/b/hello.dll"], start.ArgumentList);
        Assert.Equal("/w", start.WorkingDirectory);
        Assert.Equal(("/b/Reeve.dll", run.ToString(), "Hello", lease.ToString(), "http://127.0.0.1:4200/api"),
            (start.Environment["DOTNET_STARTUP_HOOKS"], start.Environment["REEVE_FLOW_RUN_ID"], start.Environment["REEVE_FLOW_ENTRYPOINT"], start.Environment["REEVE_FLOW_RUN_LEASE"], start.Environment["REEVE_API_URL"]));
    }
}
