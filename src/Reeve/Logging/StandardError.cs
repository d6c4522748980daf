using System.Text;

namespace Reeve.Logging;

/// <summary>
/// The standard error stream, past <see cref="Console.Error"/>. On Unix the runtime locks <see cref="Console.Out"/> for each write to any console stream. What is printed in a
/// run arrives here under that lock (see <see cref="PrintCapture"/>); would it then wait for the lock of <see cref="Console.Error"/>, whose holder waits for the other, neither
/// could go on. So each line is one write to the stream itself, with no lock of its own.
/// </summary>
internal static class StandardError
{
    private static readonly Stream Console = System.Console.OpenStandardError();
    private static readonly Encoding Encoding = System.Console.OutputEncoding;

    public static void WriteLine(string line) => Console.Write(Encoding.GetBytes(line + Environment.NewLine));
}
