using System.Text;

namespace Reeve.Deployments.Editing;

/// <summary>A text file that is changed in place: its byte order mark and rights stay, and whoever reads meanwhile sees the old or the new text, never half of it.</summary>
public sealed class EditedFile
{
    private static readonly byte[] Mark = [0xef, 0xbb, 0xbf];

    private readonly string _path;
    private readonly bool _hasMark;

    private EditedFile(string path, bool hasMark, string text) => (_path, _hasMark, Text) = (path, hasMark, text);

    public string Text { get; }

    public static async Task<EditedFile> ReadAsync(string path, CancellationToken ct)
    {
        // A link is followed, so that it is still one afterwards.
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        var bytes = await File.ReadAllBytesAsync(target, ct);
        var hasMark = bytes.AsSpan().StartsWith(Mark);
        return new EditedFile(target, hasMark, Encoding.UTF8.GetString(bytes, hasMark ? Mark.Length : 0, bytes.Length - (hasMark ? Mark.Length : 0)));
    }

    public async Task WriteAsync(string text, CancellationToken ct)
    {
        var beside = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            await File.WriteAllBytesAsync(beside, _hasMark ? [.. Mark, .. bytes] : bytes, ct);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(beside, File.GetUnixFileMode(_path));
            File.Move(beside, _path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
