using Reeve.Deployments.Projects;

namespace Reeve.Cli.Commands.Deployments;

/// <summary>Every fault of what was to be deployed in one message, each with its place.</summary>
internal static class DeployFaults
{
    /// <exception cref="CliException">There are faults; nothing was done.</exception>
    public static void Refuse(IReadOnlyList<Fault> faults, string undone = "nothing was deployed")
    {
        if (faults.Count > 0)
            throw new CliException((faults.Count == 1 ? "" : $"{faults.Count} faults; {undone}:\n  ") + string.Join("\n  ", faults));
    }
}
