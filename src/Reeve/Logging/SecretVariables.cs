namespace Reeve.Logging;

/// <summary>
/// Masks the values of the environment variables that REEVE_SECRET_VARIABLES names: a worker that fills a run's variables from secret blocks says
/// which they are, and a flow that prints one of them is not to store it.
/// </summary>
internal sealed class SecretVariables
{
    public const string Variable = "REEVE_SECRET_VARIABLES";

    private const string Mask = "********";

    // One or two characters would mask half of every line and protect nothing.
    private const int ShortestSecret = 3;

    private readonly string[] _longestFirst;

    public SecretVariables(Func<string, string?> environment)
    {
        HashSet<string> known = [];
        foreach (var name in (environment(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (environment(name)?.Trim() is { } value)
                known.UnionWith([value, Uri.EscapeDataString(value), .. value.Split('\n', StringSplitOptions.TrimEntries)]);
        _longestFirst = [.. known.Where(value => value.Length >= ShortestSecret).OrderByDescending(value => value.Length)];
    }

    public string Redact(string text)
    {
        foreach (var secret in _longestFirst)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text;
    }
}
