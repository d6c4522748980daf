using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace Reeve.Logging;

/// <summary>
/// Stands in for <see cref="Console.Out"/> and turns what a run with LogPrints writes into log lines of that run; everything else passes through.
/// Which run is writing is known from the execution context, so parallel tasks do not mix.
/// </summary>
/// <remarks>
/// On Unix the runtime locks <see cref="Console.Out"/>, which is this, for each write to a console stream. A thread that writes to the writer that stood here before (a console logger
/// keeps it) holds that one's lock and then wants this one's; passing through to it would want them the other way round. So what passes goes to the stream itself, unless
/// somebody else has put a writer of his own there before.
/// </remarks>
[SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "The console's streams are the process's.")]
internal sealed class PrintCapture : TextWriter
{
    private readonly TextWriter _console;
    private readonly Stream? _stream;
    private readonly Encoder _encoder;

    private static readonly Lock Gate = new();
    private static bool s_installed;

    private PrintCapture(TextWriter console, Stream? stream)
    {
        _console = console;
        _stream = stream;
        _encoder = console.Encoding.GetEncoder(); // all calls come under the lock of Console.Out
    }

    public override Encoding Encoding => _console.Encoding;

    public static void Install()
    {
        if (s_installed)
            return;
        lock (Gate)
        {
            if (!s_installed)
                Console.SetOut(new PrintCapture(Console.Out, IsReplaced() ? null : Console.OpenStandardOutput()));
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
            Pass(buffer);
    }

    public override void WriteLine(string? value) => WriteLine(value.AsSpan());

    public override void WriteLine(ReadOnlySpan<char> buffer)
    {
        if (RunLogger.Ambient is { LogsPrints: true } logger)
            logger.Print([.. buffer, '\n']);
        else
            Pass([.. buffer, .. Environment.NewLine]);
    }

    public override void Flush() => _console.Flush();

    private void Pass(ReadOnlySpan<char> text)
    {
        if (_stream is null)
        {
            _console.Write(text);
            return;
        }

        Span<byte> bytes = stackalloc byte[512];
        for (var isAll = text.IsEmpty; !isAll;)
        {
            _encoder.Convert(text, bytes, flush: false, out var read, out var written, out isAll);
            _stream.Write(bytes[..written]);
            text = text[read..];
        }
    }

    // The runtime tells nobody; without its note the writer that stands there is taken for somebody's own.
    private static bool IsReplaced() =>
        typeof(Console).GetField("s_isOutTextWriterRedirected", BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) is not false;
}
