using System.CommandLine;

namespace Reeve.Cli.Commands.Variables;

internal sealed class VariableUnsetCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The variable's name" };

    public VariableUnsetCommand()
        : base("unset", "Delete a variable")
    {
        Aliases.Add("delete");
        Arguments.Add(_name);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var variable = await VariableLookup.FindAsync(session.Client, parse.GetRequiredValue(_name), ct);
        if (session.MayAsk && !session.Terminal.Confirm($"Delete variable '{variable.Name}'?"))
            throw new CliException("nothing was deleted");
        await session.Client.DeleteVariableAsync(variable.Id, ct);
        session.Terminal.Out.WriteLine($"Deleted variable '{variable.Name}'.");
        return ExitCodes.Done;
    }
}
