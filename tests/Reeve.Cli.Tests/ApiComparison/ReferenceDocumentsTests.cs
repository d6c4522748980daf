using Reeve.Cli.ApiComparison;
using Reeve.Protocol;
using Reeve.Server;

namespace Reeve.Cli.Tests.ApiComparison;

public sealed class ReferenceDocumentsTests
{
    [Theory]
    [InlineData("prefect-2.20-openapi.json", 170)]
    [InlineData("prefect-3.8-openapi.json", 187)]
    public async Task No_operation_of_the_real_servers_is_missing_and_no_difference_is_unexplained(string document, int operations)
    {
        var file = Find(document);
        Assert.SkipWhen(file is null, $"The reference document (../shared/reference/{document}) is not here.");
        var ours = ApiOperation.Read(WireJson.Parse(await ServerHost.DescribeAsync()), "this program");

        var compared = ApiComparer.Compare(ours, ApiOperation.Read(WireJson.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)), file));

        Assert.Equal(operations, compared.Count);
        Assert.Equal([], compared.Where(operation => operation.Status == "missing").Select(operation => operation.Operation));
        Assert.Equal([], compared.SelectMany(operation => operation.Differences).Where(d => d.Reason is null).Select(d => $"{d.Operation}: {d.Place}: {d.What}"));
    }

    private static string? Find(string document)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "reference", document) is var file && File.Exists(file))
                return file;
        return null;
    }
}
