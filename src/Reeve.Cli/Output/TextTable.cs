using System.Text;

namespace Reeve.Cli.Output;

/// <summary>Columns of text that line up. Plain, so that it reads the same in a terminal, a pipe and a log.</summary>
internal sealed class TextTable(params string[] headers)
{
    private const int WidestCell = 80;
    private readonly List<string[]> _rows = [];

    public void Add(params string?[] cells) =>
        _rows.Add([.. cells.Select(c => (c ?? "").ReplaceLineEndings(" ")).Select(c => c.Length > WidestCell ? c[..(WidestCell - 1)] + "…" : c)]);

    /// <param name="output">Where to.</param>
    /// <param name="empty">What to say when there are no rows.</param>
    public void Write(TextWriter output, string empty)
    {
        if (_rows.Count == 0)
        {
            output.WriteLine(empty);
            return;
        }

        var widths = headers.Select((h, i) => Math.Max(h.Length, _rows.Max(r => r[i].Length))).ToArray();
        output.WriteLine(Line(headers, widths));
        output.WriteLine(Line([.. widths.Select(w => new string('-', w))], widths));
        foreach (var row in _rows)
            output.WriteLine(Line(row, widths));
    }

    private static string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
            line.Append(cells[i].PadRight(widths[i])).Append("  ");
        return line.ToString().TrimEnd();
    }
}
