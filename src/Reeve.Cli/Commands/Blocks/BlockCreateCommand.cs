using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Cli.Commands.Deployments;
using Reeve.Deployments.Blocks;
using Reeve.Deployments.Projects;
using Reeve.Protocol.Blocks;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockCreateCommand : CliCommand
{
    private readonly Argument<string> _type = new("TYPE") { Description = "The kind of block: secret, string, json, s3-bucket …" };
    private readonly Option<string> _name = new("--name", "-n") { Description = "The block's name: lower-case letters, digits and -", HelpName = "NAME", Required = true };
    private readonly Option<string[]> _fields = new("--field", "-F") { Description = "A field: KEY=VALUE, KEY=@FILE for what a file holds, KEY=$NAME for a variable of the environment; a dot leads into a map. May be repeated; --KEY VALUE is the same", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _from = new("--from-file", "--data-file") { Description = "A JSON file with the fields (- for the standard input)", HelpName = "FILE" };
    private readonly Option<string?> _valueFile = new("--value-file") { Description = "Read the value from this file (a last line break is dropped)", HelpName = "FILE" };
    private readonly Option<bool> _valueStdin = new("--value-stdin") { Description = "Read the value from the standard input" };
    private readonly Option<string?> _valueEnvironment = new("--value-env") { Description = "Read the value from this environment variable", HelpName = "NAME" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Change the block if there is one of this name" };

    public BlockCreateCommand()
        : base("create", "Make a block; secrets are asked for or read, never given as arguments")
    {
        Arguments.Add(_type);
        foreach (var option in (ReadOnlySpan<Option>)[_name, _fields, _from, _valueFile, _valueStdin, _valueEnvironment, _overwrite])
            Options.Add(option);
        TreatUnmatchedTokensAsErrors = false;
    }

    /// <summary>The fields of the kind, as options.</summary>
    public override bool TakesUnknownOptions => true;

    public override IReadOnlyList<Example> Examples =>
    [
        new("reeve block create secret --name bitcred", "asks for the value"),
        new("vault read token | reeve block create secret --name bitcred --value-stdin"),
        new("reeve block create aws-credentials -n dev --region-name eu-west-1 --field 'aws_secret_access_key=$AWS_SECRET'", "the secret is read from the environment"),
        new("reeve block create s3-bucket -n code --field bucket_name=flows --field credentials=aws-credentials/dev", "points at another block"),
        new("reeve block create process -n dev --from-file process.json --field env.STAGE=dev"),
    ];

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var (slug, name) = (parse.GetRequiredValue(_type), parse.GetRequiredValue(_name));
        var type = await BlockLookup.TypeAsync(session.Client, slug, ct);
        if (await new BlockKinds(session.Client).FindAsync(slug, ct) is not var (_, schema))
            throw new CliException($"the kind of block '{type.Slug}' has no schema on this server");
        var pairs = BlockFieldArguments.Pairs(parse.GetValue(_fields) ?? [], parse.UnmatchedTokens);
        BlockFieldArguments.RefuseSecrets(pairs, schema);
        var overwrite = parse.GetValue(_overwrite);
        // before anybody types a secret in vain
        if (!overwrite && await session.Client.FindBlockDocumentAsync(slug, name, includeSecrets: false, ct) is not null)
            throw new CliException($"there is a block '{slug}/{name}' already", "--overwrite changes it");

        var data = parse.GetValue(_from) is { } file ? JsonObject.Create(JsonFiles.ReadObject(file, session.Terminal))! : [];
        BlockFieldArguments.Put(data, pairs, schema, session);
        PutValue(data, parse, schema, session);
        AskMissing(data, schema, session);
        var draft = new BlockDraft(slug, name, (MapNode)DocumentNode.FromJson(new SourcePosition($"{slug}/{name}", 0, 0), data)) { IsLiteral = true };
        var (written, faults) = await new BlockWriter(session.Client, session.Environment).WriteAsync([draft], overwrite, ct);
        DeployFaults.Refuse(faults, "no block was made");
        session.Terminal.Out.WriteLine($"{(written[0].IsNew ? "Created" : "Changed")} block '{slug}/{name}'. In prefect.yaml: {{{{ prefect.blocks.{slug}.{name} }}}}");
        return ExitCodes.Done;
    }

    private void PutValue(JsonObject data, ParseResult parse, BlockSchema schema, CliSession session)
    {
        if (Value(parse, session) is not { } value)
            return;
        if (value.Length == 0)
            throw new CliException("the value is empty");
        data["value"] = BlockFieldArguments.Typed(schema, "value", value);
    }

    private string? Value(ParseResult parse, CliSession session)
    {
        if (parse.GetValue(_valueFile) is { } path)
            return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\r', '\n') : throw new CliException($"there is no file '{path}'");
        if (parse.GetValue(_valueEnvironment) is { } variable)
            return session.Environment(variable) ?? throw new CliException($"the environment has no variable '{variable}'");
        return parse.GetValue(_valueStdin) ? session.Terminal.In.ReadToEnd().TrimEnd('\r', '\n') : null;
    }

    // Without a terminal what is missing is told with everything else that is wrong.
    private static void AskMissing(JsonObject data, BlockSchema schema, CliSession session)
    {
        var missing = BlockFields.Required(schema).Where(field => data[field] is null).ToList();
        if (missing is ["value"] && BlockFields.All(schema).Count == 1 && !session.MayAsk)
            throw new CliException("no value was given and nobody is there to be asked", "use --value-stdin, --value-file or --value-env", ExitCodes.Usage);
        if (!session.MayAsk)
            return;
        foreach (var field in missing)
        {
            var isSecret = BlockFields.IsSecret(schema, field);
            var answer = isSecret ? session.Terminal.AskHidden($"{Title(field)} (not shown)") : session.Terminal.Ask(Title(field));
            if (answer.Length == 0)
                throw new CliException(field == "value" ? "the value is empty" : $"'{field}' is empty, and a block of kind '{schema.BlockType?.Slug}' must have it");
            data[field] = BlockFieldArguments.Typed(schema, field, answer);
        }
    }

    private static string Title(string field) => field == "value" ? "Value" : field;
}
