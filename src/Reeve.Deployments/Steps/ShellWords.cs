using System.Text;

namespace Reeve.Deployments.Steps;

/// <summary>
/// Cuts a command line into words by the quoting rules of a POSIX shell, and nothing more of a shell: no variables, pipes, globs or
/// substitutions, so nothing in a word can become another command.
/// </summary>
internal static class ShellWords
{
    /// <exception cref="StepException">A quote is not closed, or the line ends in a backslash.</exception>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            switch (c)
            {
                case ' ' or '\t' or '\r' or '\n':
                    if (inWord)
                        words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                    break;
                case '\'':
                    i = Single(line, i, word);
                    inWord = true;
                    break;
                case '"':
                    i = Double(line, i, word);
                    inWord = true;
                    break;
                case '\\':
                    word.Append(++i < line.Length ? line[i] : throw new StepException("a line of the script ends in a backslash; nothing follows to be escaped"));
                    inWord = true;
                    break;
                default:
                    word.Append(c);
                    inWord = true;
                    break;
            }
        }
        if (inWord)
            words.Add(word.ToString());
        return words;
    }

    private static int Single(string line, int start, StringBuilder word)
    {
        var end = line.IndexOf('\'', start + 1);
        if (end < 0)
            throw new StepException($"a line of the script has a single quote (character {start + 1}) that is not closed");
        word.Append(line, start + 1, end - start - 1);
        return end;
    }

    // Inside double quotes a backslash escapes only itself and the quote.
    private static int Double(string line, int start, StringBuilder word)
    {
        for (var i = start + 1; i < line.Length; i++)
        {
            if (line[i] == '"')
                return i;
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\')
                i++;
            word.Append(line[i]);
        }
        throw new StepException($"a line of the script has a double quote (character {start + 1}) that is not closed");
    }
}
