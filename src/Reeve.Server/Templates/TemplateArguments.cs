namespace Reeve.Server.Templates;

/// <summary>What a filter, test, method or function is called with.</summary>
internal sealed class TemplateArguments(string of, List<object?> values, Dictionary<string, object?> named)
{
    internal static readonly TemplateArguments None = new("", [], []);

    internal List<object?> Values => values;

    internal Dictionary<string, object?> Named => named;

    internal int Count => values.Count + named.Count;

    /// <summary>An argument by its place or name; undefined where it is not given.</summary>
    internal object? Find(int at, string name) => at < values.Count ? values[at] : named.TryGetValue(name, out var value) ? value : TemplateValues.Undefined;

    internal bool Has(int at, string name) => at < values.Count || named.ContainsKey(name);

    /// <exception cref="TemplateException">It is not given.</exception>
    internal object? Needed(int at, string name) => Has(at, name) ? Find(at, name) : throw new TemplateException($"'{of}' needs '{name}'");

    /// <exception cref="TemplateException">It is no text.</exception>
    internal string Text(int at, string name, string standard) => !Has(at, name) ? standard : Find(at, name) is string text ? text : throw new TemplateException($"'{name}' of '{of}' is a text");

    /// <exception cref="TemplateException">It is no whole number.</exception>
    internal int Whole(int at, string name, int standard) =>
        !Has(at, name) ? standard
        : TemplateValues.Whole(Find(at, name)) is { } number ? (int)Math.Clamp(number, int.MinValue, int.MaxValue)
        : throw new TemplateException($"'{name}' of '{of}' is a whole number");

    internal bool Truth(int at, string name) => Has(at, name) && TemplateValues.IsTrue(Find(at, name));

    /// <summary>The same without its first values.</summary>
    internal TemplateArguments After(int count) => new(of, [.. values.Skip(count)], named);
}

/// <summary>Something that a template may call.</summary>
internal delegate object? TemplateFunction(TemplateArguments arguments);
