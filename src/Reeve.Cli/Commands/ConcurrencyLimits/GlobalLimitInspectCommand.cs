using System.CommandLine;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.ConcurrencyLimits;

internal sealed class GlobalLimitInspectCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The limit's name or id" };
    private readonly OutputOption _output = new();
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Write the JSON to this file; with --output json", HelpName = "FILE" };

    public GlobalLimitInspectCommand()
        : base("inspect", "Show a global concurrency limit, as the API has it")
    {
        Arguments.Add(_name);
        Options.Add(_output);
        Options.Add(_file);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var file = parse.GetValue(_file);
        if (file is not null && !_output.IsJson(parse))
            throw new CliException("--file needs --output json", exitCode: ExitCodes.Usage);
        var limit = await LimitLookup.GlobalAsync(session.Client, parse.GetRequiredValue(_name), ct);
        if (file is null)
        {
            JsonOutput.Write(limit, session.Terminal.Out);
            return ExitCodes.Done;
        }

        await using (var writer = new StreamWriter(file))
            JsonOutput.Write(limit, writer);
        session.Terminal.Out.WriteLine($"Global concurrency limit '{limit.Name}' written to {file}.");
        return ExitCodes.Done;
    }
}
