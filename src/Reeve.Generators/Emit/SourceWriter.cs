using System.Text;

namespace Reeve.Generators.Emit;

/// <summary>Text with indentation.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    public SourceWriter Line(string line = "")
    {
        if (line.Length > 0)
            text.Append(' ', depth * 4).Append(line);
        text.Append('\n');
        return this;
    }

    public SourceWriter Open(string head)
    {
        Line(head).Line("{");
        depth++;
        return this;
    }

    public SourceWriter Close(string tail = "")
    {
        depth--;
        return Line("}" + tail);
    }

    public override string ToString() => text.ToString();
}
