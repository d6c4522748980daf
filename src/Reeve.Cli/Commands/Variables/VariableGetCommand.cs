using System.CommandLine;
using System.Text.Json;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.Variables;

/// <summary>"get": the value alone, for scripts; "inspect": all of it.</summary>
internal sealed class VariableGetCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The variable's name" };
    private readonly bool _whole;

    public VariableGetCommand(bool whole)
        : base(whole ? "inspect" : "get", whole ? "Show a variable, as the API has it" : "Print a variable's value: text as it is, anything else as JSON")
    {
        _whole = whole;
        Arguments.Add(_name);
        // It is JSON anyhow; scripts say so.
        if (whole)
            Options.Add(new OutputOption());
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var variable = await VariableLookup.FindAsync(session.Client, parse.GetRequiredValue(_name), ct);
        if (_whole)
            JsonOutput.Write(variable, session.Terminal.Out);
        else
            session.Terminal.Out.WriteLine(variable.Value is { ValueKind: JsonValueKind.String } text ? text.GetString() : variable.Value?.GetRawText() ?? "null");
        return ExitCodes.Done;
    }
}
