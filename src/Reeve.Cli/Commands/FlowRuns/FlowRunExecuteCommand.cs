using System.CommandLine;
using Reeve.Client;
using Reeve.Deployments.Running;

namespace Reeve.Cli.Commands.FlowRuns;

internal sealed class FlowRunExecuteCommand : CliCommand
{
    private readonly Argument<Guid?> _id = new("ID") { Description = "The run's id; default: REEVE_FLOW_RUN_ID", Arity = ArgumentArity.ZeroOrOne };

    public FlowRunExecuteCommand()
        : base("execute", "Run a flow run here: pull its code, build it, run it. This is what workers start") => Arguments.Add(_id);

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var id = parse.GetValue(_id) ?? FromEnvironment(session) ?? throw new CliException("which run? Give its id or set REEVE_FLOW_RUN_ID", exitCode: ExitCodes.Usage);
        // As a leader of its group it can be ended with all that it starts; a worker that started it has done so already.
        RunExecutor.LeadGroup();
        using var connection = new ApiConnection(session.Settings, RetryPolicy.Patient);
        return await new RunExecutor(new OrchestrationClient(connection), session.Settings, session.Terminal.Out, session.Time).ExecuteAsync(id, ct);
    }

    private static Guid? FromEnvironment(CliSession session) =>
        Guid.TryParse(session.Environment("REEVE_FLOW_RUN_ID") ?? session.Environment("PREFECT__FLOW_RUN_ID"), out var id) ? id : null;
}
