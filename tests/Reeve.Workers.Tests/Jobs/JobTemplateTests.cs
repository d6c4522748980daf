using Reeve.Protocol;
using Reeve.Workers.Jobs;

namespace Reeve.Workers.Tests.Jobs;

public sealed class JobTemplateTests
{
    private const string Process =
        """
        {
          "job_configuration": {"command": "{{ command }}", "env": "{{ env }}", "labels": "{{ labels }}", "name": "{{ name }}", "stream_output": "{{ stream_output }}", "working_dir": "{{ working_dir }}"},
          "variables": {"properties": {"command": {"type": "string"}, "env": {"type": "object", "default": {"A": "pool", "B": "pool"}}, "stream_output": {"type": "boolean", "default": true}}}
        }
        """;

    [Theory]
    [InlineData("{}", "{}", """{"env":{"A":"pool","B":"pool"},"stream_output":true}""")]
    [InlineData("""{"stream_output": false}""", "{}", """{"env":{"A":"pool","B":"pool"},"stream_output":false}""")]
    [InlineData("""{"command": "a"}""", """{"command": "b"}""", """{"command":"b","env":{"A":"pool","B":"pool"},"stream_output":true}""")]
    [InlineData("""{"env": {"B": "deployment", "C": "deployment"}}""", """{"env": {"C": "run"}}""", """{"env":{"A":"pool","B":"deployment","C":"run"},"stream_output":true}""")]
    [InlineData("""{"env.B": "deployment"}""", "{}", """{"env":{"A":"pool","B":"deployment"},"stream_output":true}""")]
    public void Later_values_win_and_environments_are_merged(string deployment, string run, string expected) =>
        Assert.Equal(expected, new JobTemplate(WireJson.Parse(Process)).Fill(WireJson.Parse(deployment), WireJson.Parse(run)).ToJsonString());

    [Fact]
    public void A_placeholder_inside_text_becomes_text_and_one_that_is_all_of_it_keeps_its_type()
    {
        const string Template = """{"job_configuration": {"command": "run {{ name }} x{{ count }}", "cpu": "{{ count }}", "nested": {"list": ["{{ name }}", "{{ absent }}"]}}, "variables": {"properties": {"count": {"default": 2}}}}""";
        Assert.Equal("""{"command":"run me x2","cpu":2,"nested":{"list":["me"]}}""", new JobTemplate(WireJson.Parse(Template)).Fill(WireJson.Parse("""{"name": "me"}""")).ToJsonString());
    }

    [Fact]
    public void What_a_template_fixes_of_the_environment_can_be_added_to()
    {
        const string Template = """{"job_configuration": {"env": {"FIXED": "1"}}, "variables": {"properties": {}}}""";
        Assert.Equal("""{"env":{"FIXED":"1","MORE":"2"}}""", new JobTemplate(WireJson.Parse(Template)).Fill(WireJson.Parse("""{"env": {"MORE": "2"}}""")).ToJsonString());
    }

    [Fact]
    public void Blocks_and_variables_are_left_for_later() =>
        Assert.Equal("""{"command":"{{ prefect.blocks.secret.x }}"}""", new JobTemplate(WireJson.Parse("""{"job_configuration": {"command": "{{ command }}"}}""")).Fill(WireJson.Parse("""{"command": "{{ prefect.blocks.secret.x }}"}""")).ToJsonString());

    [Fact]
    public void A_pool_without_a_template_still_takes_the_usual_variables() =>
        Assert.Equal("""{"command":"x","env":{"A":"1"}}""", new JobTemplate(WireJson.Parse("{}")).Fill(WireJson.Parse("""{"command": "x", "env": {"A": "1"}}""")).ToJsonString());
}
