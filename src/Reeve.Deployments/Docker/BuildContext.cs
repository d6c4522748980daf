using System.Formats.Tar;

namespace Reeve.Deployments.Docker;

/// <summary>
/// The folder an image is built from, sent as a tar stream: a file at a time, so that memory does not grow with the folder. Links are sent as
/// links and never followed, so nothing outside of the folder gets in.
/// </summary>
internal sealed class BuildContext(string root, DockerIgnore ignore)
{
    private const string IgnoreFile = ".dockerignore";

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<(string Name, UnixFileMode Mode, Func<Stream> Open)> _added = [];

    /// <summary>The Dockerfile's name within the context: always sent, for the engine needs it, whatever is ignored.</summary>
    public string? Dockerfile { get; set; }

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Adds a file that is not in the folder. One of the same name in the folder is not sent.</summary>
    public void Add(string name, string text, bool isProgram = false) => _added.Add((name, isProgram ? Executable : Readable, () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))));

    /// <summary>Adds a file from elsewhere, or each file of a folder.</summary>
    public void AddFrom(string name, string path)
    {
        if (File.Exists(path))
            _added.Add((name, Readable, () => Open(path, name)));
        else
        {
            foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                _added.Add(($"{name}/{Path.GetRelativePath(path, file).Replace('\\', '/')}", Readable, () => Open(file, file)));
        }
    }

    /// <exception cref="DockerException">A file cannot be read, or changed while it was.</exception>
    public async Task WriteToAsync(Stream output, CancellationToken ct)
    {
        (Files, Bytes) = (0, 0);
        await using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        var names = _added.Select(added => added.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (entry, name) in Walk(new DirectoryInfo(root), "", ignore.Start))
        {
            if (!names.Contains(name))
                await WriteAsync(tar, entry, name, ct);
        }
        foreach (var (name, mode, open) in _added)
        {
            await using var data = open();
            await WriteAsync(tar, new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data, Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch }, ct);
        }
    }

    // In the order of names, so that the same folder is the same stream.
    private IEnumerable<(FileSystemInfo Entry, string Name)> Walk(DirectoryInfo folder, string prefix, DockerIgnore.Verdict above)
    {
        List<FileSystemInfo> entries;
        try
        {
            entries = [.. folder.EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DockerException($"the folder '{(prefix.Length == 0 ? root : prefix)}' of the build context cannot be read: {exception.Message}", exception);
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var entry in entries)
        {
            var name = prefix + entry.Name;
            var verdict = ignore.Judge(name, above);
            var isNeeded = name == Dockerfile || name == IgnoreFile;
            if (!verdict.IsIgnored || isNeeded)
                yield return (entry, name);
            if (entry is not DirectoryInfo { LinkTarget: null } inner)
                continue;
            if (verdict.IsIgnored && !ignore.MayTakeIn(name) && Dockerfile?.StartsWith(name + "/", StringComparison.Ordinal) is not true)
                continue;
            foreach (var child in Walk(inner, name + "/", verdict))
                yield return child;
        }
    }

    private async Task WriteAsync(TarWriter tar, FileSystemInfo entry, string name, CancellationToken ct)
    {
        var type = entry switch
        {
            { LinkTarget: not null } => TarEntryType.SymbolicLink,
            DirectoryInfo => TarEntryType.Directory,
            _ => TarEntryType.RegularFile,
        };
        var written = new PaxTarEntry(type, type == TarEntryType.Directory ? name + "/" : name)
        {
            Mode = type == TarEntryType.SymbolicLink || OperatingSystem.IsWindows() ? Executable : entry.UnixFileMode,
            ModificationTime = new DateTimeOffset(entry.LastWriteTimeUtc, TimeSpan.Zero),
        };
        if (type == TarEntryType.SymbolicLink)
            written.LinkName = entry.LinkTarget!;
        if (entry is not FileInfo { LinkTarget: null, Length: > 0 })
        {
            // What has no length is never opened: a pipe would wait for ever. Pipes and sockets come out as empty files.
            await WriteAsync(tar, written, ct);
            return;
        }
        await using var data = Open(entry.FullName, name);
        written.DataStream = data;
        await WriteAsync(tar, written, ct);
    }

    private async Task WriteAsync(TarWriter tar, PaxTarEntry entry, CancellationToken ct)
    {
        Files += entry.EntryType is TarEntryType.RegularFile ? 1 : 0;
        Bytes += entry.DataStream?.Length ?? 0;
        await tar.WriteEntryAsync(entry, ct);
    }

    private static FixedLengthStream Open(string path, string name)
    {
        try
        {
            return new FixedLengthStream(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.SequentialScan | FileOptions.Asynchronous,
            }), name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DockerException($"'{name}' of the build context cannot be read: {exception.Message}; a line in .dockerignore leaves it out", exception);
        }
    }
}
