using System.Globalization;
using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_told_as_such_and_writing_goes_on_when_there_is_room()
    {
        await using var host = await TestHost.StartAsync();
        var pages = await host.Database.WriteAsync(session => session.ScalarAsync("pragma page_count"), TestHost.Cancellation);
        await LimitAsync(host.Database, pages + 20); // as a disk that has so much left

        List<(int Status, System.Text.Json.JsonElement Body)> answers = [];
        while (answers.TrueForAll(answer => answer.Status == 201) && answers.Count < 1000)
            answers.Add(await host.PostAsync("flows/", new { name = $"flow-{answers.Count}-{new string('x', 2000)}" }));

        var (status, body) = answers[^1];
        Assert.Equal(503, status);
        Assert.Contains("disk", body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(200, (await host.PostAsync("flows/filter", new { })).Status);
        await LimitAsync(host.Database, pages + 1000);
        Assert.Equal(201, (await host.PostAsync("flows/", new { name = "after" })).Status);
        Assert.Equal(answers.Count, (await host.PostAsync("flows/count", new { })).Body.GetInt32());
    }

    private static async Task LimitAsync(Database database, long pages) =>
        await database.WriteAsync(session => session.ScalarAsync(string.Create(CultureInfo.InvariantCulture, $"pragma max_page_count = {pages}")), TestHost.Cancellation);
}
