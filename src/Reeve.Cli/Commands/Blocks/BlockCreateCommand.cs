using System.CommandLine;
using System.Text.Json;
using Reeve.Client;
using Reeve.Protocol.Blocks;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockCreateCommand : CliCommand
{
    private readonly Argument<string> _type = new("TYPE") { Description = "The kind of block: secret, string, json …" };
    private readonly Option<string> _name = new("--name", "-n") { Description = "The block's name: lower-case letters, digits and -", HelpName = "NAME", Required = true };
    private readonly Option<string?> _valueFile = new("--value-file") { Description = "Read the value from this file (a last line break is dropped)", HelpName = "FILE" };
    private readonly Option<bool> _valueStdin = new("--value-stdin") { Description = "Read the value from the standard input" };
    private readonly Option<string?> _valueEnvironment = new("--value-env") { Description = "Read the value from this environment variable", HelpName = "NAME" };
    private readonly Option<string?> _data = new("--data-file") { Description = "For kinds with more than one field: a JSON file with all of them (- for the standard input)", HelpName = "FILE" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Change the block if there is one of this name" };
    private readonly Option<string?> _value = new("--value") { Hidden = true };

    public BlockCreateCommand()
        : base("create", "Make a block; a Secret's value is asked for, never given as an argument")
    {
        Arguments.Add(_type);
        foreach (var option in (ReadOnlySpan<Option>)[_name, _valueFile, _valueStdin, _valueEnvironment, _data, _overwrite, _value])
            Options.Add(option);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve block create secret --name bitcred", "asks for the value"),
        new("reeve block create secret --name bitcred --value-file token.txt"),
        new("vault read token | reeve block create secret --name bitcred --value-stdin"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        if (parse.GetResult(_value) is not null)
            throw new CliException("--value is not taken: arguments are seen by every user of the machine and kept in the shell's history",
                "leave it out to be asked, or use --value-file, --value-stdin or --value-env; and change this value, it has been seen", ExitCodes.Usage);
        var client = session.Client;
        var (slug, name) = (parse.GetRequiredValue(_type), parse.GetRequiredValue(_name));
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new CliException($"'{name}' cannot be a block's name: lower-case letters, digits and - only", exitCode: ExitCodes.Usage);
        var type = await BlockLookup.TypeAsync(client, slug, ct);
        var existing = await client.FindBlockDocumentAsync(slug, name, includeSecrets: false, ct);
        if (existing is not null && !parse.GetValue(_overwrite))
            throw new CliException($"there is a block '{slug}/{name}' already", "--overwrite changes it");
        var data = Data(parse, session);
        if (existing is not null)
            await client.UpdateBlockDocumentAsync(existing.Id, new BlockDocumentUpdate { Data = data, MergeExistingData = false }, ct);
        else
            await CreateAsync(client, type, name, data, ct);
        session.Terminal.Out.WriteLine($"{(existing is null ? "Created" : "Changed")} block '{slug}/{name}'. In prefect.yaml: {{{{ prefect.blocks.{slug}.{name} }}}}");
        return ExitCodes.Done;
    }

    private static async Task CreateAsync(OrchestrationClient client, BlockType type, string name, JsonElement data, CancellationToken ct)
    {
        var schemas = await client.FindBlockSchemasAsync(new Query { BlockSchemas = new BlockTypeFilter { BlockTypeId = new AnyOf<Guid> { Any = [type.Id] } }, Limit = 1 }, ct);
        if (schemas is not [var schema, ..])
            throw new CliException($"the kind of block '{type.Slug}' has no schema on this server");
        await client.CreateBlockDocumentAsync(new BlockDocumentCreate { Name = name, Data = data, BlockTypeId = type.Id, BlockSchemaId = schema.Id }, ct);
    }

    private JsonElement Data(ParseResult parse, CliSession session)
    {
        if (parse.GetValue(_data) is { } file)
            return JsonFiles.ReadObject(file, session.Terminal);
        var value = Value(parse, session);
        if (value.Length == 0)
            throw new CliException("the value is empty");
        return JsonFiles.ToElement(new() { ["value"] = JsonSerializer.SerializeToElement(value, Protocol.WireJson.TypeInfo<string>()) });
    }

    private string Value(ParseResult parse, CliSession session)
    {
        if (parse.GetValue(_valueFile) is { } path)
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\r', '\n') : throw new CliException($"there is no file '{path}'");
        if (parse.GetValue(_valueEnvironment) is { } variable)
            return session.Environment(variable) ?? throw new CliException($"the environment has no variable '{variable}'");
        if (parse.GetValue(_valueStdin))
            return session.Terminal.In.ReadToEnd().TrimEnd('\r', '\n');
        return session.MayAsk
            ? session.Terminal.AskHidden("Value (not shown)")
            : throw new CliException("no value was given and nobody is there to be asked", "use --value-stdin, --value-file or --value-env", ExitCodes.Usage);
    }
}
