using System.Text.RegularExpressions;
using Reeve.Deployments.Projects;

namespace Reeve.Deployments.Tests.Projects;

/// <summary>The sections people copy, as docs/guides/code-storage.md shows them.</summary>
public sealed partial class CodeStorageExamplesTests
{
    [Fact]
    public void Every_example_of_the_guide_is_read_without_a_fault()
    {
        var examples = Yaml().Matches(File.ReadAllText(Guide())).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(4, examples.Count);
        foreach (var example in examples)
            Assert.Empty(ProjectReader.Read("/p/prefect.yaml", example, "prefect.yaml").Faults);
    }

    [Fact]
    public void A_pull_step_that_names_its_own_id_means_what_the_push_step_gave()
    {
        const string Text = """
            push:
            - prefect_gcp.deployment.steps.push_to_gcs: {id: push_code, bucket: b, folder: f}
            pull:
            - prefect_gcp.deployment.steps.pull_from_gcs: {id: pull_code, bucket: '{{ push_code.bucket }}', folder: 'x/{{ pull_code.folder }}'}
            """;
        var reading = ProjectReader.Read("/p/prefect.yaml", Text, "prefect.yaml");
        Assert.Empty(reading.Faults);
        Assert.Contains("""
            "folder":"x/{{ folder }}"
            """.Trim(), reading.Project!.Pull.ToJson().ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);
        Assert.Contains("no earlier step has the id or output 'pull_code'",
            Assert.Single(ProjectReader.Read("/p/prefect.yaml", Text.Replace("pull_code.folder", "pull_code.directory", StringComparison.Ordinal), "prefect.yaml").Faults).ToString(), StringComparison.Ordinal);
    }

    private static string Guide([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "guides", "code-storage.md");

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Yaml();
}
