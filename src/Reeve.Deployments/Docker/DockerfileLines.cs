using System.Text.RegularExpressions;

namespace Reeve.Deployments.Docker;

/// <summary>Where each instruction of a Dockerfile stands: the engine counts them, people look for lines.</summary>
internal sealed partial class DockerfileLines
{
    private readonly List<(int Line, string Text)> _instructions = [];

    private DockerfileLines(string name) => Name = name;

    public string Name { get; }

    /// <summary>Whether something in it is beyond the builder that the engine's API has.</summary>
    public bool NeedsBuildKit { get; private set; }

    public static DockerfileLines Read(string name, string text)
    {
        var file = new DockerfileLines(name);
        var escape = '\\';
        var continues = false;
        var number = 0;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line.StartsWith('#'))
            {
                if (file._instructions.Count == 0 && Escape().Match(line) is { Success: true } match)
                    escape = match.Groups[1].Value[0];
                continue; // inside a continued instruction too: comments and empty lines do not end it
            }
            if (!continues)
                file._instructions.Add((number, line));
            file.NeedsBuildKit |= BuildKitOnly().IsMatch(line);
            continues = line.EndsWith(escape);
        }
        return file;
    }

    /// <summary>The place of the n-th instruction, <c>Dockerfile:7</c>.</summary>
    public string? Place(int step) => step > 0 && step <= _instructions.Count ? $"{Name}:{_instructions[step - 1].Line}" : null;

    public string? Instruction(int step) => step > 0 && step <= _instructions.Count ? _instructions[step - 1].Text : null;

    [GeneratedRegex(@"^#\s*escape\s*=\s*([\\`])", RegexOptions.IgnoreCase)]
    private static partial Regex Escape();

    [GeneratedRegex(@"^(RUN|COPY|ADD)\s+(.*\s)?(--(mount|network|security|link|parents|exclude|checksum)\b|<<-?['""]?[A-Za-z])", RegexOptions.IgnoreCase)]
    private static partial Regex BuildKitOnly();
}
