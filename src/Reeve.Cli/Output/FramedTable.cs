namespace Reeve.Cli.Output;

/// <summary>One column in a frame, as the tools draw it whose output scripts know.</summary>
internal static class FramedTable
{
    public static void Write(TextWriter output, string title, IReadOnlyList<string> rows)
    {
        var width = rows.Append(title).Max(text => text.Length);
        output.WriteLine($"┏━{new string('━', width)}━┓");
        output.WriteLine($"┃ {title.PadRight(width)} ┃");
        output.WriteLine($"┡━{new string('━', width)}━┩");
        foreach (var row in rows)
            output.WriteLine($"│ {row.PadRight(width)} │");
        output.WriteLine($"└─{new string('─', width)}─┘");
    }
}
