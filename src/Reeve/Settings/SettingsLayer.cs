namespace Reeve.Settings;

/// <summary>Settings that one file of a project gives.</summary>
/// <param name="Source">The file, as messages name it.</param>
/// <param name="Values">By name without prefix, such as "SERVER_API_PORT".</param>
/// <param name="IsReeves">Whether the file is Reeve's own, so that a name that nothing reads in it is a fault.</param>
public sealed record SettingsLayer(string Source, IReadOnlyDictionary<string, string> Values, bool IsReeves)
{
    // the first of them that knows a setting wins
    private static readonly (string File, string[] Table, bool IsReeves)[] Places =
    [
        ("reeve.toml", [], true),
        ("prefect.toml", [], false),
        ("pyproject.toml", ["tool", "reeve"], true),
        ("pyproject.toml", ["tool", "prefect"], false),
    ];

    /// <summary>The files of a folder: <c>reeve.toml</c>, <c>prefect.toml</c>, then <c>[tool.reeve]</c> and <c>[tool.prefect]</c> of <c>pyproject.toml</c>. Tables and keys become
    /// the setting's name: <c>[server.api]</c> <c>port</c> is <c>SERVER_API_PORT</c>.</summary>
    /// <exception cref="SettingsException">A file is not TOML.</exception>
    public static IReadOnlyList<SettingsLayer> LoadFolder(string folder)
    {
        List<SettingsLayer> layers = [];
        foreach (var (file, table, isReeves) in Places)
        {
            var path = Path.Combine(folder, file);
            if (!File.Exists(path))
                continue;
            var values = TomlDocument.Read(File.ReadAllText(path), path)
                .Where(entry => entry.Path.Length > table.Length && entry.Path.AsSpan(0, table.Length).SequenceEqual(table))
                .GroupBy(entry => NameOf(entry.Path[table.Length..]), StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
            if (values.Count > 0)
                layers.Add(new SettingsLayer(table.Length == 0 ? file : $"{file} [{string.Join('.', table)}]", values, isReeves));
        }

        return layers;
    }

    private static string NameOf(string[] path)
    {
        var name = string.Join('_', path).Replace('-', '_').ToUpperInvariant();
        return name.StartsWith("REEVE_", StringComparison.Ordinal) ? name["REEVE_".Length..] : name.StartsWith("PREFECT_", StringComparison.Ordinal) ? name["PREFECT_".Length..] : name;
    }
}
