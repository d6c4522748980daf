using System.Collections.Frozen;

namespace Reeve.Server.Templates;

using Map = Dictionary<string, object?>;

/// <summary>The tests of the language: "value is name".</summary>
internal static class TemplateTests
{
    internal static readonly FrozenDictionary<string, Func<object?, TemplateArguments, bool>> All = new Dictionary<string, Func<object?, TemplateArguments, bool>>(StringComparer.Ordinal)
    {
        ["boolean"] = static (value, _) => value is bool,
        ["callable"] = static (value, _) => value is TemplateFunction,
        ["defined"] = static (value, _) => !TemplateValues.IsUndefined(value),
        ["divisibleby"] = static (value, given) => Whole(given.Needed(0, "num")) is not 0 and var by && Whole(value) % by == 0,
        ["eq"] = static (value, given) => TemplateValues.AreEqual(value, given.Needed(0, "other")),
        ["escaped"] = static (_, _) => false,
        ["even"] = static (value, _) => Whole(value) % 2 == 0,
        ["false"] = static (value, _) => value is false,
        ["filter"] = static (value, _) => value is string name && TemplateNames.Filters.Contains(name),
        ["float"] = static (value, _) => value is double,
        ["ge"] = static (value, given) => TemplateValues.Compare(value, given.Needed(0, "other")) >= 0,
        ["gt"] = static (value, given) => TemplateValues.Compare(value, given.Needed(0, "other")) > 0,
        ["in"] = static (value, given) => TemplateRendering.Contains(given.Needed(0, "seq"), value),
        ["integer"] = static (value, _) => value is long,
        ["iterable"] = static (value, _) => value is string or List<object?> or Map || TemplateValues.IsUndefined(value),
        ["le"] = static (value, given) => TemplateValues.Compare(value, given.Needed(0, "other")) <= 0,
        ["lower"] = static (value, _) => TemplateValues.Text(value) is var text && text.Any(char.IsLetter) && text == text.ToLowerInvariant(),
        ["lt"] = static (value, given) => TemplateValues.Compare(value, given.Needed(0, "other")) < 0,
        ["mapping"] = static (value, _) => value is Map,
        ["ne"] = static (value, given) => !TemplateValues.AreEqual(value, given.Needed(0, "other")),
        ["none"] = static (value, _) => value is null,
        ["number"] = static (value, _) => value is long or double or bool,
        ["odd"] = static (value, _) => Whole(value) % 2 != 0,
        ["sameas"] = static (value, given) => ReferenceEquals(value, given.Needed(0, "other")) || (value is bool or long or null && Equals(value, given.Needed(0, "other"))),
        ["sequence"] = static (value, _) => value is string or List<object?> or Map,
        ["string"] = static (value, _) => value is string,
        ["test"] = static (value, _) => value is string name && TemplateNames.Tests.Contains(name),
        ["true"] = static (value, _) => value is true,
        ["undefined"] = static (value, _) => TemplateValues.IsUndefined(value),
        ["upper"] = static (value, _) => TemplateValues.Text(value) is var text && text.Any(char.IsLetter) && text == text.ToUpperInvariant(),
    }
    .SelectMany(test => Names(test.Key).Select(name => KeyValuePair.Create(name, test.Value)))
    .ToFrozenDictionary(StringComparer.Ordinal);

    private static string[] Names(string name) => name switch
    {
        "eq" => ["eq", "equalto"],
        "gt" => ["gt", "greaterthan"],
        "lt" => ["lt", "lessthan"],
        _ => [name],
    };

    private static long Whole(object? value) => TemplateValues.Whole(value) ?? throw new TemplateException($"a whole number is needed; {TemplateValues.Kind(value)} was given");
}
