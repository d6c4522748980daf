using System.IO.Compression;

namespace Reeve.Server.Console;

/// <summary>One built file of the console, ready to be sent.</summary>
internal sealed record ConsoleFile(string ContentType, bool Immutable, byte[] Content, byte[] Compressed)
{
    /// <summary>Files whose name holds the hash of their content never change under that name.</summary>
    internal const string HashedFolder = "assets/";

    internal static ConsoleFile Of(string name, byte[] content) =>
        new(ContentTypeOf(name), name.StartsWith(HashedFolder, StringComparison.Ordinal), content, Compress(content));

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The console holds {name}, and no content type is known for {other}."),
    };

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(content);
        return compressed.ToArray();
    }
}
