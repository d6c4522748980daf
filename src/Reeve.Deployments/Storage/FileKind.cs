using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Reeve.Deployments.Storage;

/// <summary>Whether a path is a plain file; .NET does not say, and opening a pipe to find out would wait for ever.</summary>
internal static partial class FileKind
{
    private const int CurrentDirectory = -100;
    private const uint TypeAndMode = 1;
    private const int ModeOffset = 28; // struct statx is the same on every architecture
    private const int KindMask = 0xF000;
    private const int PlainFile = 0x8000;

    public static bool IsPlain(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        Span<byte> answer = stackalloc byte[256];
        return Statx(CurrentDirectory, path, 0, TypeAndMode, answer) != 0 || (BinaryPrimitives.ReadUInt16LittleEndian(answer[ModeOffset..]) & KindMask) == PlainFile;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> answer);
}
