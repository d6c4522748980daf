using System.Text;

namespace Reeve.Logging;

/// <summary>
/// Stands in for <see cref="Console.Out"/> and turns what a run with LogPrints writes into log lines of that run; everything else passes through.
/// Which run is writing is known from the execution context, so parallel tasks do not mix.
/// </summary>
internal sealed class PrintCapture(TextWriter console) : TextWriter
{
    private static readonly Lock Gate = new();
    private static bool s_installed;

    public override Encoding Encoding => console.Encoding;

    public static void Install()
    {
        if (s_installed)
            return;
        lock (Gate)
        {
            if (!s_installed)
                Console.SetOut(new PrintCapture(Console.Out));
            s_installed = true;
        }
    }

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (RunLogger.Ambient is { LogsPrints: true } logger)
            logger.Print(buffer);
        else
            console.Write(buffer);
    }

    public override void WriteLine(string? value) => WriteLine(value.AsSpan());

    public override void WriteLine(ReadOnlySpan<char> buffer)
    {
        if (RunLogger.Ambient is { LogsPrints: true } logger)
            logger.Print([.. buffer, '\n']);
        else
            console.WriteLine(buffer);
    }

    public override void Flush() => console.Flush();
}
