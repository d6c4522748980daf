using System.Diagnostics;
using Reeve.Deployments.Entrypoints;

namespace Reeve.Deployments.Running;

/// <summary>How the process of a flow is started (docs/decisions/0001-foundations.md, "The flow's process").</summary>
public static class FlowProcess
{
    /// <summary>A built C# flow: its own program, taken over by Reeve's start-up hook before Main.</summary>
    public static ProcessStartInfo OfBuilt(ResolvedFlow flow, Guid flowRunId, Guid? lease, Uri apiUrl, string workingDirectory)
    {
        var built = flow.Built ?? throw new ArgumentException($"'{flow.Entrypoint.Text}' is not a built flow", nameof(flow));
        var start = Redirected(DotnetSdk.FindHost() ?? "dotnet", workingDirectory, apiUrl);
        start.ArgumentList.Add(built.AssemblyPath);
        // Only its own hook: one of the caller's would run in the flow too.
        start.Environment["DOTNET_STARTUP_HOOKS"] = built.ReevePath;
        start.Environment["REEVE_FLOW_RUN_ID"] = flowRunId.ToString();
        start.Environment["REEVE_FLOW_ENTRYPOINT"] = flow.Entrypoint.Member;
        if (lease is { } token)
            start.Environment["REEVE_FLOW_RUN_LEASE"] = token.ToString();
        else
            start.Environment.Remove("REEVE_FLOW_RUN_LEASE");
        return start;
    }

    /// <summary>A Python flow: the engine of the installed client, which pulls the code and loads the flow by itself.</summary>
    internal static ProcessStartInfo OfPython(PythonClient client, Guid flowRunId, Uri apiUrl, string workingDirectory)
    {
        var start = Redirected(client.Interpreter, workingDirectory, apiUrl);
        // This module runs a flow run in every version from 2.7 to 3.x; older ones read the argument, newer ones the variable.
        foreach (var argument in (ReadOnlySpan<string>)["-u", "-m", "prefect.engine", flowRunId.ToString()])
            start.ArgumentList.Add(argument);
        start.Environment["PREFECT__FLOW_RUN_ID"] = flowRunId.ToString();
        start.Environment.Remove("REEVE_FLOW_RUN_LEASE");
        return start;
    }

    private static ProcessStartInfo Redirected(string program, string workingDirectory, Uri apiUrl)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Both read their own variable; the API this run came from is the one it reports to, whatever a profile says.
        start.Environment["REEVE_API_URL"] = apiUrl.ToString();
        start.Environment["PREFECT_API_URL"] = apiUrl.ToString();
        return start;
    }
}
