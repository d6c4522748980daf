using System.CommandLine;
using Reeve.Protocol.Json;
using Reeve.Protocol.WorkPools;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkPoolUpdateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool" };
    private readonly Option<string?> _template = new("--base-job-template") { Description = "A JSON file with the job template", HelpName = "FILE" };
    private readonly Option<int?> _limit = new("--concurrency-limit") { Description = "How many runs may be active at once", HelpName = "N" };
    private readonly Option<string?> _description = new("--description") { Description = "For people", HelpName = "TEXT" };

    public WorkPoolUpdateCommand()
        : base("update", "Change a work pool; what is not given stays")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_template, _limit, _description])
            Options.Add(option);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var update = new WorkPoolUpdate
        {
            BaseJobTemplate = parse.GetValue(_template) is { } file ? JsonFiles.ReadObject(file, session.Terminal) : default(Optional<System.Text.Json.JsonElement?>),
            ConcurrencyLimit = parse.GetValue(_limit) is { } limit ? limit : default(Optional<int?>),
            Description = parse.GetValue(_description) is { } description ? description : default(Optional<string>),
        };
        if (!update.BaseJobTemplate.IsGiven && !update.ConcurrencyLimit.IsGiven && !update.Description.IsGiven)
            throw new CliException("nothing to change", "give --base-job-template, --concurrency-limit or --description", ExitCodes.Usage);
        var pool = await Lookup.WorkPoolAsync(session.Client, parse.GetRequiredValue(_name), ct);
        await session.Client.UpdateWorkPoolAsync(pool.Name, update, ct);
        session.Terminal.Out.WriteLine($"Changed work pool '{pool.Name}'.");
        return ExitCodes.Done;
    }
}

internal sealed class DefaultJobTemplateCommand : CliCommand
{
    private readonly Option<string> _type = new("--type", "-t") { Description = "The kind of infrastructure", HelpName = "TYPE", Required = true };
    private readonly Option<string?> _file = new("--file", "-f") { Description = "Write it there instead", HelpName = "FILE" };

    public DefaultJobTemplateCommand()
        : base("get-default-base-job-template", "Show the job template that work pools of a type begin with")
    {
        Options.Add(_type);
        Options.Add(_file);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var template = await BaseJobTemplates.OfTypeAsync(session.Client, parse.GetRequiredValue(_type), ct);
        if (parse.GetValue(_file) is not { } file)
        {
            Output.JsonOutput.Write(template, session.Terminal.Out);
            return ExitCodes.Done;
        }
        await using var writer = File.CreateText(file);
        Output.JsonOutput.Write(template, writer);
        return ExitCodes.Done;
    }
}
