using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps;

// Real builds by the real SDK: few, and each looks at several things.
public sealed class CustomStepTests : IDisposable
{
    private readonly StepBench _bench = new();

    public CustomStepTests() => FlowSources.UseReeve(_bench.Folder);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Method_with_the_attribute_is_a_step()
    {
        _bench.Folder.Write("ops/my steps.cs", """
            using Reeve;

            return await StepProgram.RunAsync(args);

            [Step]
            static object PushReport(string bucketName, int copies = 2, Dictionary<string, string>? labels = null)
            {
                Console.WriteLine($"pushing {copies} of {labels?["a"]} to {bucketName}");
                return new { Url = $"https://{bucketName}.example", Copies = copies };
            }

            static class More
            {
                [Step(Name = "fail")]
                public static async Task<int> Fail(string token) { await Task.Yield(); throw new InvalidOperationException($"no use for {token}"); }

                [Step]
                public static async Task Nothing(CancellationToken ct) => await Task.Delay(1, ct);
            }
            """);
        _bench.Context.Secrets.Add("s3cret-token");

        var outputs = await _bench.RunAsync("""
            [{"ops/my steps.cs:PushReport": {"id": "report", "bucket_name": "größe", "labels": {"a": "b"}}},
             {"run_shell_script": {"script": "echo {{ report.url }} {{ copies }}"}},
             {"ops/my steps.cs:More.Nothing": {}}]
            """);

        Assert.Equal("https://größe.example 2", (string?)outputs["stdout"]);
        Assert.Contains("pushing 2 of b to größe", _bench.Lines);

        Assert.Equal("the step 'ops/my steps.cs:fail' failed: InvalidOperationException: no use for ********",
            await _bench.FailAsync("""[{"ops/my steps.cs:fail": {"token": "s3cret-token"}}]"""));
        Assert.DoesNotContain(_bench.Lines, line => line.Contains("s3cret-token", StringComparison.Ordinal));
        Assert.Equal("the step 'ops/my steps.cs:PushReport' failed: the input 'bucket_name' is missing; the input 'copies' cannot be read as Int32; there is no input 'nonsense'",
            await _bench.FailAsync("""[{"ops/my steps.cs:PushReport": {"copies": "many", "nonsense": 1}}]"""));
        Assert.Equal("the step 'ops/my steps.cs:Push' failed: there is no step 'Push' in this program; there are: PushReport, fail, Nothing",
            await _bench.FailAsync("""[{"ops/my steps.cs:Push": {}}]"""));
    }

    [Fact]
    public async Task Program_that_is_not_there_or_does_not_answer_is_told()
    {
        Assert.Equal($"the step 'no.cs:Push' is not there: there is no file 'no.cs' in '{_bench.Folder.Path}'", await _bench.FailAsync("""[{"no.cs:Push": {}}]"""));

        _bench.Folder.Write("silent.cs", "System.GC.KeepAlive(typeof(Reeve.StepAttribute));");
        Assert.Equal("the step 'silent.cs:Push' gave no answer; its program should end with 'return await StepProgram.RunAsync(args);'", await _bench.FailAsync("""[{"silent.cs:Push": {}}]"""));

        _bench.Folder.Write("broken.cs", "int x = nonsense;");
        Assert.Contains("broken.cs:1:9", await _bench.FailAsync("""[{"broken.cs:Push": {}}]"""), StringComparison.Ordinal);
    }
}
