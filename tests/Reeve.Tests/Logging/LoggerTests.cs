using Microsoft.Extensions.Logging;
using Reeve.Tests.Engine;

namespace Reeve.Tests.Logging;

public sealed class LoggerTests : EngineStage
{
    [Fact]
    public async Task Template_scope_and_exception_are_rendered()
    {
        await In(() => Structured());
        await Session.Logs.FlushAsync(TimeSpan.FromSeconds(30), Token);

        var lines = Api.Logs.ToDictionary(line => line.Message.Split('\n')[0]);
        Assert.Equal(20, lines["batch 7 => part b => 3 rows of orders"].Level);
        Assert.Equal(30, lines["batch 7 => close"].Level);
        Assert.Contains("FormatException: bad row", lines["failed"].Message, StringComparison.Ordinal);
        Assert.Equal(40, lines["failed"].Level);
        Assert.DoesNotContain("hidden", lines.Keys);
    }

    [Flow]
    private static Task Structured()
    {
        ILogger logger = FlowRunContext.Current!.Logger;
        using (logger.BeginScope("batch {Number}", 7))
        {
            using (logger.BeginScope("part b"))
                logger.LogInformation("{Count} rows of {Table}", 3, "orders");
            logger.LogWarning("close");
        }

        logger.LogError(new FormatException("bad row"), "failed");
        logger.LogDebug("hidden");
        Assert.False(logger.IsEnabled(LogLevel.Debug));
        return Task.CompletedTask;
    }
}
