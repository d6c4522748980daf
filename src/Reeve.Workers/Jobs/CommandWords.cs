using System.Text;

namespace Reeve.Workers.Jobs;

/// <summary>Cuts a job's command into words by the quoting rules of a shell. There is no shell: nothing in it can become another command.</summary>
internal static class CommandWords
{
    /// <exception cref="JobException">A quote is not closed.</exception>
    public static List<string> Split(string command)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char? quote = null;
        for (var i = 0; i < command.Length; i++)
        {
            var c = command[i];
            if (c == '\\' && quote != '\'' && i + 1 < command.Length)
            {
                (word ??= new()).Append(command[++i]);
            }
            else if (quote is not null)
            {
                if (c == quote)
                    quote = null;
                else
                    word!.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new();
            }
            else if (!char.IsWhiteSpace(c))
            {
                (word ??= new()).Append(c);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }

        if (quote is not null)
            throw new JobException($"the command of the job has a quote ({quote}) that is not closed");
        if (word is not null)
            words.Add(word.ToString());
        return words;
    }
}
