using Reeve.Server.Storage;

namespace Reeve.Server.Tests.Storage;

public sealed class DatabaseFileTests
{
    [Fact]
    public async Task A_new_database_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        await using var temporary = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        await using var database = await temporary.OpenAsync();

        var modes = Directory.GetFiles(Path.GetDirectoryName(DatabaseAddress.Parse(temporary.Connection).File!)!).Select(file => (Path.GetExtension(file), Mode(file))).ToList();

        Assert.Contains((".db", UnixFileMode.UserRead | UnixFileMode.UserWrite), modes);
        Assert.All(modes, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.Item2));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_in_one_line()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("no database ", 20)), TestHost.Cancellation);
        try
        {
            var refused = await Assert.ThrowsAsync<DatabaseUnusableException>(() => Database.OpenAsync(file, TimeProvider.System, TestHost.Cancellation));

            Assert.EndsWith("file is not a database.", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

#pragma warning disable CA1416 // skipped on Windows
    private static UnixFileMode Mode(string file) => File.GetUnixFileMode(file);
#pragma warning restore CA1416
}
