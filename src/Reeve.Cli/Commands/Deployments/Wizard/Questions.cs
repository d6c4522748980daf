using System.Globalization;
using Reeve.Cli.Output;

namespace Reeve.Cli.Commands.Deployments.Wizard;

/// <summary>
/// Asks a person at the terminal. Every question has a flag that answers it beforehand; where nobody may be asked, or the input ends, the error
/// names that flag, so that nothing ever waits for an answer that cannot come.
/// </summary>
internal sealed class Questions(Terminal terminal, bool mayAsk)
{
    private const int MostTries = 5;

    public bool MayAsk { get; } = mayAsk;

    /// <summary>A line of text; asked again while <paramref name="mistake"/> finds one.</summary>
    public string Text(string question, string flag, string? fallback = null, Func<string, string?>? mistake = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = Read(fallback is null ? $"? {question}: " : $"? {question} ({fallback}): ", question, flag);
            var text = answer.Length == 0 ? fallback ?? "" : answer;
            if ((text.Length == 0 ? "an answer is needed" : mistake?.Invoke(text)) is not { } wrong)
                return text;
            Again(wrong, attempt, flag);
        }
    }

    /// <summary>Yes or no. Without a fallback the question has to be answered.</summary>
    public bool Yes(string question, string flag, bool? fallback)
    {
        for (var attempt = 1; ; attempt++)
        {
            switch (Read(fallback is null ? $"? {question} [y/n]: " : $"? {question} [y/n] ({(fallback.Value ? 'y' : 'n')}): ", question, flag).ToLowerInvariant())
            {
                case "y" or "yes":
                    return true;
                case "n" or "no":
                    return false;
                case "" when fallback is { } usual:
                    return usual;
                default:
                    Again("please answer y or n", attempt, flag);
                    break;
            }
        }
    }

    /// <summary>A row of a table, by its number or by what stands in its first column.</summary>
    public int Choose(string question, string flag, string[] headers, IReadOnlyList<string[]> rows, int fallback = 0)
    {
        RequireSomebody(question, flag);
        terminal.Error.WriteLine($"? {question}");
        var table = new TextTable(["", .. headers]);
        for (var i = 0; i < rows.Count; i++)
            table.Add([(i + 1).ToString(CultureInfo.InvariantCulture), .. rows[i]]);
        table.Write(terminal.Error, "");
        for (var attempt = 1; ; attempt++)
        {
            var answer = Read($"  Number ({fallback + 1}): ", question, flag);
            if (answer.Length == 0)
                return fallback;
            if (int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= rows.Count)
                return number - 1;
            if (rows.ToList().FindIndex(row => row[0] == answer) is >= 0 and var named)
                return named;
            Again($"please answer a number from 1 to {rows.Count}", attempt, flag);
        }
    }

    /// <summary>Something that must not be seen.</summary>
    public string Hidden(string question, string flag)
    {
        RequireSomebody(question, flag);
        for (var attempt = 1; ; attempt++)
        {
            if (terminal.AskHidden($"? {question} (not shown)").Trim() is { Length: > 0 } answer)
                return answer;
            Again("an answer is needed", attempt, flag);
        }
    }

    public void Say(string line) => terminal.Error.WriteLine(line);

    private string Read(string prompt, string question, string flag)
    {
        RequireSomebody(question, flag);
        terminal.Error.Write(prompt);
        terminal.Error.Flush();
        return terminal.In.ReadLine()?.Trim() ?? throw new CliException($"the input ended at the question \"{question}\"", $"answer it beforehand: {flag}", ExitCodes.Usage);
    }

    private void RequireSomebody(string question, string flag)
    {
        if (!MayAsk)
            throw new CliException($"\"{question}\" is not answered, and nobody is there to be asked", $"answer it beforehand: {flag}", ExitCodes.Usage);
    }

    private void Again(string wrong, int attempt, string flag)
    {
        if (attempt == MostTries)
            throw new CliException(wrong, $"or answer it beforehand: {flag}", ExitCodes.Usage);
        terminal.Error.WriteLine($"  {wrong}");
    }
}
