using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Deployments.Projects;
using Reeve.Deployments.Secrets;
using Reeve.Settings;

namespace Reeve.Deployments.Templating;

/// <summary>
/// Puts values in the place of placeholders. A placeholder that is the whole text keeps its value's type; inside text it becomes text.
/// Whatever cannot be resolved is reported, all of it in one go, and never silently becomes empty.
/// </summary>
public sealed class TemplateResolver(TemplateScope scope, SecretRegistry secrets)
{
    private readonly Dictionary<string, BlockData?> _blocks = [];

    /// <summary>The value with every placeholder resolved. Problems are told through <paramref name="report"/>; what they concern stays as it was.</summary>
    public async Task<JsonNode?> ResolveAsync(JsonNode? value, Action<TemplateProblem> report, CancellationToken ct)
    {
        switch (value)
        {
            case JsonObject map:
                var resolved = new JsonObject();
                foreach (var (key, item) in map)
                    resolved[key] = await ResolveAsync(item, problem => report(problem.Below(key)), ct);
                return resolved;
            case JsonArray list:
                var items = new JsonArray();
                for (var i = 0; i < list.Count; i++)
                {
                    var index = i.ToString(CultureInfo.InvariantCulture);
                    items.Add(await ResolveAsync(list[i], problem => report(problem.Below(index)), ct));
                }
                return items;
            case JsonValue leaf when leaf.TryGetValue<string>(out var text):
                return await ResolveTextAsync(text, report, ct);
            default:
                return value?.DeepClone();
        }
    }

    /// <summary>The same for a positioned document: each problem becomes a fault at the placeholder's own place.</summary>
    public async Task<DocumentNode> ResolveAsync(DocumentNode node, FaultCollector faults, CancellationToken ct)
    {
        switch (node)
        {
            case MapNode map:
                List<MapEntry> entries = [];
                foreach (var entry in map.Entries)
                    entries.Add(entry with { Value = await ResolveAsync(entry.Value, faults, ct) });
                return map with { Entries = entries };
            case ListNode list:
                List<DocumentNode> items = [];
                foreach (var item in list.Items)
                    items.Add(await ResolveAsync(item, faults, ct));
                return list with { Items = items };
            case ScalarNode { IsText: true } scalar when scalar.Text.Contains("{{", StringComparison.Ordinal):
                var json = await ResolveTextAsync(scalar.Text,
                    problem => faults.Add(scalar.Within(problem.Offset), problem.Message, problem.Hint), ct);
                return DocumentNode.FromJson(scalar.Position, json);
            default:
                return node;
        }
    }

    public async Task<JsonNode?> ResolveTextAsync(string text, Action<TemplateProblem> report, CancellationToken ct)
    {
        var template = Template.Parse(text);
        foreach (var mistake in template.Mistakes)
            report(new TemplateProblem($"'{{{{ {mistake.Expression} }}}}' is not a placeholder: {mistake.Expected}", null, mistake.Offset));
        if (template.Placeholders.Count == 0)
            return JsonValue.Create(text);
        if (template.Whole is { } whole)
        {
            var resolution = await FindAsync(whole, report, ct);
            return resolution.Found ? resolution.Value?.DeepClone() : JsonValue.Create(text);
        }
        var result = new StringBuilder();
        var copied = 0;
        foreach (var placeholder in template.Placeholders)
        {
            var resolution = await FindAsync(placeholder, report, ct);
            result.Append(text, copied, placeholder.Offset - copied);
            result.Append(resolution.Found ? Written(resolution.Value) : text.Substring(placeholder.Offset, placeholder.Length));
            copied = placeholder.Offset + placeholder.Length;
        }
        return JsonValue.Create(result.Append(text, copied, text.Length - copied).ToString());
    }

    private static string Written(JsonNode? value) => value switch
    {
        null => "",
        JsonValue leaf when leaf.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(),
    };

    private async Task<(bool Found, JsonNode? Value)> FindAsync(Placeholder placeholder, Action<TemplateProblem> report, CancellationToken ct)
    {
        try
        {
            return placeholder.Kind switch
            {
                PlaceholderKind.Block when scope.Block is not null => await FindBlockAsync(placeholder, scope.Block, report, ct),
                PlaceholderKind.Variable when scope.Variable is not null => await FindVariableAsync(placeholder, scope.Variable, report, ct),
                PlaceholderKind.Environment when scope.Environment is not null => FindEnvironment(placeholder, scope.Environment, report),
                // a step may have the id 'secrets': what it gave goes before a provider
                PlaceholderKind.Secret when scope.Outputs?["secrets"] is not null => FindOutput(AsOutput(placeholder), scope.Outputs, report),
                PlaceholderKind.Secret when scope.Secret is not null => await FindSecretAsync(placeholder, scope.Secret, ct),
                PlaceholderKind.StepOutput when scope.Outputs is not null => FindOutput(placeholder, scope.Outputs, report),
                _ => (false, null),
            };
        }
        catch (SecretException exception)
        {
            report(new TemplateProblem($"'{placeholder}': {exception.Message}", exception.Hint, placeholder.Offset));
            return (false, null);
        }
        catch (Exception exception) when (exception is Client.ApiException)
        {
            report(new TemplateProblem($"'{placeholder}' could not be looked up: {exception.Message}", null, placeholder.Offset));
            return (false, null);
        }
    }

    private async Task<(bool, JsonNode?)> FindBlockAsync(Placeholder placeholder,
        Func<string, string, CancellationToken, Task<BlockData?>> source, Action<TemplateProblem> report, CancellationToken ct)
    {
        var key = $"{placeholder.BlockType}/{placeholder.Name}";
        if (!_blocks.TryGetValue(key, out var block))
            _blocks[key] = block = await source(placeholder.BlockType, placeholder.Name, ct);
        if (block is null)
        {
            report(new TemplateProblem($"'{placeholder}': there is no block '{placeholder.Name}' of type '{placeholder.BlockType}'",
                $"make it with '{CommandName.Text} block create {placeholder.BlockType} --name {placeholder.Name}'", placeholder.Offset));
            return (false, null);
        }
        secrets.AddSecretFields(block.Data, block.SecretFields);
        // A block of the one field "value" (secret, string, json, date-time) stands for that value; ".value" may be said or not.
        var isValue = block.Data.Count == 1 && block.Data.ContainsKey("value") && placeholder.Rest.FirstOrDefault() != "value";
        var value = isValue ? block.Data["value"] : block.Data;
        return Descend(value, placeholder, placeholder.Rest, report);
    }

    private static async Task<(bool, JsonNode?)> FindVariableAsync(Placeholder placeholder,
        Func<string, CancellationToken, Task<(bool, JsonNode?)>> source, Action<TemplateProblem> report, CancellationToken ct)
    {
        var (found, value) = await source(placeholder.Name, ct);
        if (!found)
            report(new TemplateProblem($"'{placeholder}': there is no variable '{placeholder.Name}'",
                $"set it with '{CommandName.Text} variable set {placeholder.Name} <value>'", placeholder.Offset));
        return (found, value);
    }

    private async Task<(bool, JsonNode?)> FindSecretAsync(Placeholder placeholder,
        Func<string, string, SecretRegistry, CancellationToken, Task<JsonNode?>> source, CancellationToken ct)
    {
        var value = await source(placeholder.Name, placeholder.SecretName, secrets, ct);
        secrets.AddAll(value);
        return (true, value);
    }

    private static Placeholder AsOutput(Placeholder placeholder) =>
        placeholder with { Kind = PlaceholderKind.StepOutput, Path = placeholder.Expression.Split('.') };

    private static (bool, JsonNode?) FindEnvironment(Placeholder placeholder, Func<string, string?> source, Action<TemplateProblem> report)
    {
        if (source(placeholder.Name) is { } value)
            return (true, JsonValue.Create(value));
        report(new TemplateProblem($"'{placeholder}': the environment has no variable '{placeholder.Name}'", null, placeholder.Offset));
        return (false, null);
    }

    private (bool, JsonNode?) FindOutput(Placeholder placeholder, JsonObject outputs, Action<TemplateProblem> report)
    {
        if (outputs.TryGetPropertyValue(placeholder.Name, out var value))
            return Descend(value, placeholder, placeholder.Rest, report);
        if (!scope.KeepUnknownOutputs)
            report(new TemplateProblem($"'{placeholder}': no earlier step has the id or output '{placeholder.Name}'",
                placeholder.Name == "secrets" ? "a secret is written secrets.<provider>.<name>" : NearestName.Hint(placeholder.Name, [.. outputs.Select(output => output.Key)]),
                placeholder.Offset));
        return (false, null);
    }

    private static (bool, JsonNode?) Descend(JsonNode? value, Placeholder placeholder, IEnumerable<string> path, Action<TemplateProblem> report)
    {
        foreach (var segment in path)
        {
            switch (value)
            {
                case JsonObject map when map.TryGetPropertyValue(segment, out var inner):
                    value = inner;
                    break;
                case JsonArray list when int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count:
                    value = list[index];
                    break;
                default:
                    report(new TemplateProblem($"'{placeholder}': there is no '{segment}' in it",
                        value is JsonObject known ? NearestName.Hint(segment, [.. known.Select(entry => entry.Key)]) : null, placeholder.Offset));
                    return (false, null);
            }
        }
        return (true, value);
    }
}
