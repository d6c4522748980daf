using System.Text.Json.Nodes;
using Reeve.Deployments.Tests.Support;

namespace Reeve.Deployments.Tests.Steps.Storage;

/// <summary>Against a store that checks signatures.</summary>
public sealed class S3SignatureTests
{
    [Fact]
    public async Task A_wrong_secret_and_an_unknown_key_are_told_apart_from_the_right_ones_and_not_shown()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var moto = await MotoServer.StartOrSkipAsync(4, ct);
        var (id, secret) = await moto.UserAsync(ct);
        await moto.SendAsync("s3", HttpMethod.Put, "/my-bucket", null, ct);
        using var bench = new StepBench();
        bench.Folder.Write("flow.py", "x");
        string Steps(string step, string key, string password) => new JsonArray(new JsonObject
        {
            [step] = new JsonObject
            {
                ["bucket"] = "my-bucket",
                ["folder"] = "code",
                ["credentials"] = new JsonObject
                {
                    ["aws_access_key_id"] = key,
                    ["aws_secret_access_key"] = password,
                    ["region_name"] = "us-east-1",
                    ["aws_client_parameters"] = new JsonObject { ["endpoint_url"] = moto.Address.AbsoluteUri },
                },
            },
        }).ToJsonString();

        await bench.RunAsync(Steps("push_to_s3", id, secret));
        foreach (var step in (string[])["push_to_s3", "pull_from_s3"])
        {
            var wrong = await bench.FailAsync(Steps(step, id, "wr0ng-s3cret-of-it"));
            Assert.Contains("does not accept", wrong, StringComparison.Ordinal);
            Assert.Contains("SignatureDoesNotMatch", wrong, StringComparison.Ordinal);
            Assert.Contains("InvalidAccessKeyId", await bench.FailAsync(Steps(step, "AKIANOBODY", "wr0ng-s3cret-of-it")), StringComparison.Ordinal);
            Assert.DoesNotContain("wr0ng-s3cret-of-it", wrong + string.Join('\n', bench.Lines), StringComparison.Ordinal);
        }
    }
}
