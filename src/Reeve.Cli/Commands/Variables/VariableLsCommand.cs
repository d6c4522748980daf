using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;
using Reeve.Settings;

namespace Reeve.Cli.Commands.Variables;

internal sealed class VariableLsCommand : CliCommand
{
    private readonly Option<int> _limit = new("--limit") { Description = "At most so many, 1 to 200; default: 200", HelpName = "N", DefaultValueFactory = _ => 200 };
    private readonly OutputOption _output = new();

    public VariableLsCommand()
        : base("ls", "List the variables")
    {
        Options.Add(_limit);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var variables = await session.Client.FindVariablesAsync(new Query { Limit = parse.GetValue(_limit) }, ct);
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(variables, session.Terminal.Out);
            return ExitCodes.Done;
        }

        var table = new TextTable("Name", "Value", "Changed", "Tags");
        foreach (var variable in variables)
            table.Add(variable.Name, Short(variable.Value?.GetRawText() ?? "null"), Ago.Of(variable.Updated, session.Time), string.Join(", ", variable.Tags));
        table.Write(session.Terminal.Out, $"There are no variables. Set one: {CommandName.Text} variable set NAME VALUE");
        return ExitCodes.Done;
    }

    private static string Short(string value) => value.Length > 60 ? value[..59] + "…" : value;
}
