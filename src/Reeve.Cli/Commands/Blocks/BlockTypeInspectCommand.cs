using System.CommandLine;
using System.Text.Json;
using Reeve.Cli.Output;
using Reeve.Protocol.Filters;

namespace Reeve.Cli.Commands.Blocks;

internal sealed class BlockTypeInspectCommand : CliCommand
{
    private readonly Argument<string> _slug = new("SLUG") { Description = "The kind of block: secret, slack-webhook …" };
    private readonly OutputOption _output = new();

    public BlockTypeInspectCommand()
        : base("inspect", "Show a kind of block and its fields")
    {
        Arguments.Add(_slug);
        Options.Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult parse, CliSession session, CancellationToken ct)
    {
        var type = await BlockLookup.TypeAsync(session.Client, parse.GetRequiredValue(_slug), ct);
        var output = session.Terminal.Out;
        if (_output.IsJson(parse))
        {
            JsonOutput.Write(type, output);
            return ExitCodes.Done;
        }
        output.WriteLine($"Slug:        {type.Slug}\nName:        {type.Name}\nProtected:   {(type.IsProtected ? "yes" : "no")}\nDescription: {type.Description}");
        var schemas = await session.Client.FindBlockSchemasAsync(new Query { BlockSchemas = new BlockTypeFilter { BlockTypeId = new AnyOf<Guid> { Any = [type.Id] } }, Limit = 1 }, ct);
        if (schemas is not [var schema, ..] || !schema.Fields.TryGetProperty("properties", out var properties))
            return ExitCodes.Done;
        HashSet<string?> required = [.. schema.Fields.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(n => n.GetString()) : []];
        var table = new TextTable("Field", "Required", "Type", "Description");
        foreach (var field in properties.EnumerateObject())
            table.Add(field.Name, required.Contains(field.Name) ? "yes" : "", Text(field.Value, "type"), Text(field.Value, "description"));
        table.Write(output, "It has no fields.");
        return ExitCodes.Done;
    }

    private static string? Text(JsonElement field, string name) =>
        field.ValueKind == JsonValueKind.Object && field.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
