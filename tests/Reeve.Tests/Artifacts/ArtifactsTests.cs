using Reeve.Protocol;
using Reeve.Protocol.Artifacts;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Artifacts;

public sealed class ArtifactsTests : EngineStage
{
    [Theory]
    [InlineData("Daily")]
    [InlineData("daily_report")]
    [InlineData("daily report")]
    [InlineData("")]
    public Task Key_with_other_signs_is_refused_before_anything_is_sent(string key) => In(async () =>
    {
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => Reeve.Artifacts.MarkdownAsync("text", key, ct: Token));

        Assert.Contains($"'{key}' has not", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Api.Requests);
    });

    [Fact]
    public Task Progress_is_from_0_to_100() => In(async () =>
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Reeve.Artifacts.ProgressAsync(101, ct: Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Reeve.Artifacts.ProgressAsync(double.NaN, ct: Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Reeve.Artifacts.UpdateProgressAsync(Guid.Empty, -1, ct: Token));
    });

    [Fact]
    public async Task Artifact_names_the_flow_run_and_the_task_run_that_made_it()
    {
        Api.Extra = (_, path, body) => path == "artifacts" ? (201, new Artifact { Id = Guid.NewGuid(), Created = default, Updated = default }) : null;

        await In(() => Making());

        var made = Api.Requests.Where(request => request.Path.StartsWith("artifacts", StringComparison.Ordinal)).Select(request => WireJson.Parse(request.Body)).ToList();
        var flow = Assert.Single(Api.FlowRuns).Id;
        Assert.All(made, one => Assert.Equal(flow, one.GetProperty("flow_run_id").GetGuid()));
        Assert.Equal(Api.TaskRun("make-0").Id, made[1].GetProperty("task_run_id").GetGuid());
        Assert.Equal("""[{"Name":"tea","Share":"NaN","Kind":"Hot"}]""", made[1].GetProperty("data").GetString());
    }

    [Flow]
    private static async Task Making()
    {
        await Reeve.Artifacts.MarkdownAsync("# Hello", "hello");
        await Make();
    }

    [Task]
    private static Task Make() => Reeve.Artifacts.TableAsync([new { Name = "tea", Share = double.NaN, Kind = Kind.Hot }]);

    private enum Kind
    {
        Hot,
    }
}
