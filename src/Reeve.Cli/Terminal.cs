using System.Text;

namespace Reeve.Cli;

/// <summary>Where a command reads and writes.</summary>
internal sealed class Terminal(TextReader input, TextWriter output, TextWriter error, bool isInteractive)
{
    /// <summary>Answers go here; nothing else does, so that a script can read them.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Faults, progress and questions go here.</summary>
    public TextWriter Error { get; } = error;

    public TextReader In { get; } = input;

    /// <summary>True when a person sits at both ends.</summary>
    public bool IsInteractive { get; } = isInteractive;

    /// <summary>Reads keys without showing them; replaced in tests, which have no keyboard.</summary>
    public Func<string>? ReadHidden { get; init; }

    public static Terminal OfProcess()
    {
        Console.OutputEncoding = Encoding.UTF8;
        return new Terminal(Console.In, Console.Out, Console.Error, !Console.IsInputRedirected && !Console.IsErrorRedirected) { ReadHidden = ReadKeys };
    }

    /// <summary>Asks for a value that must not be seen.</summary>
    public string AskHidden(string question)
    {
        Error.Write(question + ": ");
        var answer = ReadHidden?.Invoke() ?? In.ReadLine() ?? "";
        Error.WriteLine();
        return answer;
    }

    /// <summary>Asks for a value.</summary>
    public string Ask(string question, string? fallback = null)
    {
        Error.Write(fallback is null ? question + ": " : $"{question} [{fallback}]: ");
        var answer = In.ReadLine()?.Trim();
        return string.IsNullOrEmpty(answer) ? fallback ?? "" : answer;
    }

    /// <summary>Asks whether to go on; no is the answer of whoever only presses Enter.</summary>
    public bool Confirm(string question) =>
        Ask(question + " [y/N]").StartsWith('y');

    private static string ReadKeys()
    {
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
                text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                text.Append(key.KeyChar);
        }

        return text.ToString();
    }
}
