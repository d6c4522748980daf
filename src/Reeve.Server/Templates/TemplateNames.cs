using System.Collections.Frozen;

namespace Reeve.Server.Templates;

/// <summary>The filters and tests that templates of clients know: those of the language, and two for addresses of the console.</summary>
internal static class TemplateNames
{
    internal static readonly FrozenSet<string> Filters = FrozenSet.Create(
        StringComparer.Ordinal,
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat", "first", "float", "forceescape", "format", "groupby",
        "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "pprint", "random", "reject", "rejectattr", "replace", "reverse", "round", "safe",
        "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap",
        "xmlattr", "ui_url", "ui_resource_events_url");

    internal static readonly FrozenSet<string> Tests = FrozenSet.Create(
        StringComparer.Ordinal,
        "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "filter", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le",
        "lessthan", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true", "undefined", "upper");
}
