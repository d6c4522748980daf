using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps;

public sealed class DotnetStepTests : IDisposable
{
    private readonly StepBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task File_is_restored_and_built()
    {
        _bench.Folder.Write("tool.cs", "System.Console.WriteLine(\"built\");");

        var outputs = await _bench.RunAsync("""
            [{"reeve.steps.dotnet_restore": {}},
             {"reeve.steps.dotnet_build": {"project": "tool.cs", "output": "out here"}},
             {"run_shell_script": {"script": "dotnet '{{ output }}/tool.dll'"}}]
            """);

        Assert.Equal("built", (string?)outputs["stdout"]);
    }

    [Fact]
    public async Task Fault_of_the_compiler_is_told_at_its_place()
    {
        _bench.Folder.Write("tool.cs", "int x = nonsense;");

        Assert.Contains("tool.cs:1:9", await _bench.FailAsync("""[{"dotnet_build": {"stream_output": false}}]"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_that_is_not_there_is_told()
    {
        Assert.Contains("there is no project, solution or file of C#", await _bench.FailAsync("""[{"dotnet_build": {}}]"""), StringComparison.Ordinal);
        _bench.Folder.Write("tool.cs", "");
        Assert.EndsWith("did you mean 'tool.cs'?", await _bench.FailAsync("""[{"dotnet_build": {"project": "tol.cs"}}]"""), StringComparison.Ordinal);
    }
}
