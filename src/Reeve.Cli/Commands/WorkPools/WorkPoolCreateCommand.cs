using System.CommandLine;
using Reeve.Cli.Output;
using Reeve.Deployments.BlockBased;
using Reeve.Protocol.WorkPools;
using Reeve.Settings;

namespace Reeve.Cli.Commands.WorkPools;

internal sealed class WorkPoolCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The pool's name" };
    private readonly Option<string?> _type = new("--type", "-t") { Description = "The kind of infrastructure; default: process", HelpName = "TYPE" };
    private readonly Option<string?> _template = new("--base-job-template") { Description = "A JSON file with the job template; default: the type's", HelpName = "FILE" };
    private readonly Option<bool> _paused = new("--paused") { Description = "Hand out no runs until it is resumed" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Change the pool if there is one of this name" };
    private readonly Option<int?> _limit = new("--concurrency-limit") { Description = "How many runs may be active at once", HelpName = "N" };
    private readonly Option<string?> _description = new("--description") { Description = "For people", HelpName = "TEXT" };
    private readonly OutputOption _output = new();

    public WorkPoolCreateCommand()
        : base("create", "Make a work pool")
    {
        Arguments.Add(_name);
        foreach (var option in (ReadOnlySpan<Option>)[_type, _template, _paused, _overwrite, _limit, _description, _output])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve work-pool create local --type process"),
        new("reeve work-pool create local --base-job-template template.json --overwrite", "with a template of your own"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var client = session.Client;
        var name = parse.GetRequiredValue(_name);
        var existing = await client.FindWorkPoolAsync(name, ct);
        if (existing is not null && !parse.GetValue(_overwrite))
            throw new CliException($"there is a work pool '{name}' already", "--overwrite changes it");
        var type = parse.GetValue(_type) ?? existing?.Type ?? "process";
        if (existing is not null && existing.Type != type)
            throw new CliException($"the work pool '{name}' is of type '{existing.Type}' and cannot become '{type}'", $"delete it first: {CommandName.Text} work-pool delete {name}");
        var template = parse.GetValue(_template) is { } file ? JsonFiles.ReadObject(file, session.Terminal) : await BaseJobTemplates.OfTypeAsync(client, type, ct);
        if (existing is null)
        {
            await client.CreateWorkPoolAsync(new WorkPoolCreate
            {
                Name = name,
                Type = type,
                BaseJobTemplate = template,
                IsPaused = parse.GetValue(_paused),
                ConcurrencyLimit = parse.GetValue(_limit),
                Description = parse.GetValue(_description),
            }, ct);
        }
        else
        {
            await client.UpdateWorkPoolAsync(name, Change(parse, template), ct);
        }

        if (_output.IsJson(parse))
            JsonOutput.Write(await Lookup.WorkPoolAsync(client, name, ct), session.Terminal.Out);
        else
            session.Terminal.Out.WriteLine($"{(existing is null ? "Created" : "Changed")} work pool '{name}'. {(type == DeploymentBuilder.AgentPoolType ? "An agent for it: " + CommandName.Text + " agent" : "A worker for it: " + CommandName.Text + " worker")} start --pool {name}");
        return ExitCodes.Done;
    }

    private WorkPoolUpdate Change(ParseResult parse, System.Text.Json.JsonElement template) => new()
    {
        BaseJobTemplate = template,
        IsPaused = parse.GetValue(_paused),
        ConcurrencyLimit = parse.GetValue(_limit) is { } limit ? limit : default(Protocol.Json.Optional<int?>),
        Description = parse.GetValue(_description) is { } description ? description : default(Protocol.Json.Optional<string>),
    };
}
