using Reeve.Tests.Engine;

namespace Reeve.Tests.Logging;

public sealed class PrintCaptureTests : EngineStage
{
    // The runtime locks Console.Out for what is written to the other stream as well.
    [Fact]
    public async Task Printing_and_logging_at_once_do_not_wait_for_each_other_for_ever()
    {
        using var together = new Barrier(2);
        var printer = RunLogger.ForFlowRun(Session, Guid.NewGuid(), "printing", logsPrints: true);
        var logger = RunLogger.ForFlowRun(Session, Guid.NewGuid(), "logging", logsPrints: false);
        var printing = Alone(() =>
        {
            TaskRunContext.Current = new TaskRunContext(Session, null!, [], Guid.NewGuid(), "printing", printer);
            together.SignalAndWait(Token);
            for (var i = 0; i < Lines; i++)
                Console.WriteLine(".");
        });
        var logging = Alone(() =>
        {
            together.SignalAndWait(Token);
            for (var i = 0; i < Lines; i++)
                logger.Info(".");
        });

        await Task.WhenAll(printing, logging).WaitAsync(TimeSpan.FromMinutes(1), Token);
    }

    private const int Lines = 1000;

    private static Task Alone(Action work) => Task.Factory.StartNew(work, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
