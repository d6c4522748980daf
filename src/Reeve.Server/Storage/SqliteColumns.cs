using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Reeve.Server.Storage;

/// <summary>
/// The columns of a statement's present row, straight from the library. A page of runs reads thousands of them, and the guards of a safe handle and of a
/// call that may block would cost more than the reading: the statement outlives its rows, and none of these waits.
/// </summary>
internal static unsafe partial class SqliteColumns
{
    private const string Library = "e_sqlite3";

    [SuppressGCTransition, LibraryImport(Library, EntryPoint = "sqlite3_column_type"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int Type(nint statement, int column);

    [SuppressGCTransition, LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial long Long(nint statement, int column);

    [SuppressGCTransition, LibraryImport(Library, EntryPoint = "sqlite3_column_double"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial double Real(nint statement, int column);

    /// <summary>The bytes of a blob or text; valid until the next step.</summary>
    internal static ReadOnlySpan<byte> Bytes(nint statement, int column)
    {
        var start = Blob(statement, column);
        return start is null ? default : new(start, Length(statement, column));
    }

    [SuppressGCTransition, LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial byte* Blob(nint statement, int column);

    [SuppressGCTransition, LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Length(nint statement, int column);
}
