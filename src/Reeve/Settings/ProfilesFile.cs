using System.Text;

namespace Reeve.Settings;

/// <summary>A named set of settings.</summary>
/// <param name="Name">The profile's name.</param>
/// <param name="Values">Settings by full name (<c>REEVE_API_URL</c> …).</param>
public sealed record Profile(string Name, IReadOnlyDictionary<string, string> Values);

/// <summary>The file <c>profiles.toml</c> of the home folder: <c>active = "name"</c>, then a table <c>[profiles.name]</c> of settings for each profile.
/// Of TOML it reads and writes what such a file needs: comments, bare or quoted keys, strings, numbers and truth values on one line.</summary>
public sealed class ProfilesFile
{
    private const string DefaultName = "default";
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _profiles = new(StringComparer.Ordinal);
    private readonly string _path;

    private ProfilesFile(string path) => _path = path;

    /// <summary>The name of the active profile.</summary>
    public string Active { get; private set; } = DefaultName;

    /// <summary>The names of all profiles.</summary>
    public IReadOnlyCollection<string> Names => _profiles.Keys.Append(Active).Distinct().Order(StringComparer.Ordinal).ToList();

    /// <summary>The active profile; empty when nothing was set yet.</summary>
    public Profile ActiveProfile => new(Active, _profiles.GetValueOrDefault(Active) ?? []);

    /// <summary>Reads the file of a home folder; a missing file is an empty one.</summary>
    /// <exception cref="SettingsException">A line cannot be read; the message names it.</exception>
    public static ProfilesFile Load(string home)
    {
        var file = new ProfilesFile(Path.Combine(home, "profiles.toml"));
        if (File.Exists(file._path))
            file.Parse(File.ReadAllLines(file._path));
        return file;
    }

    /// <summary>The profile of a name.</summary>
    /// <exception cref="SettingsException">There is none.</exception>
    public Profile Get(string name) =>
        _profiles.TryGetValue(name, out var values) ? new Profile(name, values)
        : name == Active ? ActiveProfile
        : throw new SettingsException($"There is no profile '{name}'. Profiles: {string.Join(", ", Names)}. Make it with: {CommandName.Text} profile create {name}");

    /// <summary>Makes an empty profile.</summary>
    /// <exception cref="SettingsException">The name is taken or not usable.</exception>
    public void Create(string name)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new SettingsException($"'{name}' cannot be a profile's name: use letters, digits, - and _");
        if (!_profiles.TryAdd(name, new(StringComparer.Ordinal)))
            throw new SettingsException($"There is a profile '{name}' already");
    }

    /// <summary>Makes a profile the active one.</summary>
    public void Use(string name) => Active = Get(name).Name;

    /// <summary>Removes a profile.</summary>
    /// <exception cref="SettingsException">It is active or does not exist.</exception>
    public void Delete(string name)
    {
        if (name == Active)
            throw new SettingsException($"Profile '{name}' is active. Choose another first: {CommandName.Text} profile use NAME");
        if (!_profiles.Remove(name))
            throw new SettingsException($"There is no profile '{name}'");
    }

    /// <summary>Sets a setting of a profile; null removes it.</summary>
    public void Set(string profile, string key, string? value)
    {
        if (!_profiles.TryGetValue(profile, out var values))
            _profiles[profile] = values = new(StringComparer.Ordinal);
        if (value is null)
            values.Remove(key);
        else
            values[key] = value;
    }

    /// <summary>Writes the file, readable by its owner alone: it may hold an API key.</summary>
    public void Save()
    {
        var text = new StringBuilder().Append("active = ").Append(Quote(Active)).Append('\n');
        foreach (var (name, values) in _profiles)
        {
            text.Append("\n[profiles.").Append(name).Append("]\n");
            foreach (var (key, value) in values)
                text.Append(key).Append(" = ").Append(Quote(value)).Append('\n');
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var draft = _path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(draft, options))
            writer.Write(text);
        File.Move(draft, _path, overwrite: true);
    }

    private void Parse(string[] lines)
    {
        string? table = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line[0] == '[')
                table = TableName(line, i);
            else
                Assign(table, line, i);
        }
    }

    private string TableName(string line, int index)
    {
        var end = line.IndexOf(']', StringComparison.Ordinal);
        if (end < 0 || !line.StartsWith("[profiles.", StringComparison.Ordinal))
            throw Fault(index, "expected [profiles.NAME]");
        var name = line["[profiles.".Length..end].Trim().Trim('"', '\'');
        _profiles.TryAdd(name, new(StringComparer.Ordinal));
        return name;
    }

    private void Assign(string? table, string line, int index)
    {
        var split = line.IndexOf('=', StringComparison.Ordinal);
        if (split <= 0)
            throw Fault(index, "expected KEY = \"value\"");
        var key = line[..split].Trim().Trim('"', '\'');
        var value = Unquote(line[(split + 1)..].Trim(), index);
        if (table is not null)
            _profiles[table][key] = value;
        else if (key == "active")
            Active = value;
        else
            throw Fault(index, $"'{key}' stands outside of a [profiles.NAME] table");
    }

    private string Unquote(string text, int index)
    {
        if (text.Length > 0 && text[0] is '"' or '\'')
        {
            var quote = text[0];
            var value = new StringBuilder();
            for (var i = 1; i < text.Length; i++)
            {
                if (text[i] == quote)
                    return value.ToString();
                if (text[i] == '\\' && quote == '"' && i + 1 < text.Length)
                    value.Append(text[++i] switch { 'n' => '\n', 't' => '\t', var c => c });
                else
                    value.Append(text[i]);
            }

            throw Fault(index, "the quote is not closed");
        }

        var comment = text.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? text : text[..comment]).Trim();
    }

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";

    private SettingsException Fault(int index, string what) => new($"{_path}:{index + 1}: {what}");
}
