using System.CommandLine;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Json;

namespace Reeve.Cli.Commands.Variables;

internal sealed class VariableSetCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The variable's name: lower-case letters, digits, _ and -" };
    private readonly Argument<string> _value = new("VALUE") { Description = "The value: JSON or text" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Change the variable if there is one of this name" };
    private readonly Option<string[]> _tag = new("--tag", "-t") { Description = "A tag of the variable. May be repeated", HelpName = "TAG" };

    public VariableSetCommand()
        : base("set", "Set a variable; for secrets there are blocks")
    {
        Arguments.Add(_name);
        Arguments.Add(_value);
        Options.Add(_overwrite);
        Options.Add(_tag);
    }

    public override IReadOnlyList<Example> Examples =>
        [new("reeve variable set branch main", "in prefect.yaml: {{ prefect.variables.branch }}"), new("reeve variable set limits '{\"daily\": 3}' --overwrite")];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (name, value) = (parse.GetRequiredValue(_name), JsonFiles.Value(parse.GetRequiredValue(_value)));
        var tags = parse.GetValue(_tag) ?? [];
        var existing = await session.Client.FindVariableAsync(name, ct);
        if (existing is not null && !parse.GetValue(_overwrite))
            throw new CliException($"there is a variable '{name}' already", "--overwrite changes it");
        if (existing is null)
            await session.Client.CreateVariableAsync(new VariableCreate { Name = name, Value = value, Tags = tags }, ct);
        else
            await session.Client.UpdateVariableAsync(existing.Id, new VariableUpdate { Value = value, Tags = tags.Length == 0 ? default : new Optional<IReadOnlyList<string>>(tags) }, ct);
        session.Terminal.Out.WriteLine($"Set variable '{name}'.");
        return ExitCodes.Done;
    }
}
