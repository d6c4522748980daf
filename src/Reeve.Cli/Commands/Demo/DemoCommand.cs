using System.CommandLine;

namespace Reeve.Cli.Commands.Demo;

internal sealed class DemoCommand : CliCommand
{
    public const string Summary = "See everything work: server, worker, private repository, a run";
    private readonly Option<bool> _exit = new("--exit") { Description = "End after the run; the exit code tells how it ended" };
    private readonly Option<string?> _home = new("--home") { Description = "Keep the state in this folder; default: a temporary one", HelpName = "FOLDER" };

    public DemoCommand()
        : base("demo", Summary)
    {
        Options.Add(_exit);
        Options.Add(_home);
    }

    public override IReadOnlyList<Example> Examples => [new("reeve demo", "stays up until Ctrl+C"), new("reeve demo --exit", "for scripts")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        await using var stage = new DemoStage(parse.GetValue(_home), session);
        var outcome = await stage.PlayAsync(staysUp: !parse.GetValue(_exit), ct);
        if (parse.GetValue(_exit))
            return outcome;
        session.Terminal.Out.WriteLine("\nEverything stays up until Ctrl+C.");
        await stage.WaitAsync(ct);
        return ExitCodes.Done;
    }
}
