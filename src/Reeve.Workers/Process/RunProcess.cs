using System.Globalization;
using Reeve.Deployments.Running;

namespace Reeve.Workers.Process;

/// <summary>A run's process, with the temporary folder that goes when it goes.</summary>
internal sealed class RunProcess(SessionProcess process, string? temporaryFolder) : RunningJob
{
    public override string Identifier => $"{Environment.MachineName}:{process.Id.ToString(CultureInfo.InvariantCulture)}";

    public override string DisplayName => $"Process {process.Id.ToString(CultureInfo.InvariantCulture)}";

    public override Task<JobExit> Exit { get; } = DescribeAsync(process.Exit);

    public override Task<JobExit> StopAsync(TimeSpan grace, CancellationToken hurry) => DescribeAsync(process.StopAsync(grace, hurry));

    private static async Task<JobExit> DescribeAsync(Task<int> exit)
    {
        var status = await exit;
        return new JobExit(status, ProcessGroup.SignalOf(status) switch
        {
            null => null,
            "SIGKILL" => "killed by SIGKILL",
            var signal => $"ended by {signal}",
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        if (temporaryFolder is not null && Directory.Exists(temporaryFolder))
            Directory.Delete(temporaryFolder, recursive: true);
    }
}
