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

    [Fact]
    public async Task Prints_and_log_lines_keep_their_order()
    {
        await In(() => Printing());
        await Session.Logs.FlushAsync(TimeSpan.FromSeconds(30), Token);

        Assert.Equal(["printed 1", "logged 2", "printed 3", "printed 4"], Api.Messages.Where(message => message.Contains("ed ", StringComparison.Ordinal) && char.IsDigit(message[^1])));
    }

    [Flow(LogPrints = true)]
    private static Task Printing()
    {
        Console.WriteLine("printed 1");
        FlowRunContext.Current!.Logger.Info("logged 2");
        Console.WriteLine("printed 3");
        Console.Write("printed 4");
        return Task.CompletedTask;
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
