using Reeve.Settings;

namespace Reeve.Tests.Settings;

public sealed class ProfilesFileTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("reeve-profiles").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void What_is_saved_is_read_again()
    {
        var file = ProfilesFile.Load(_home);
        file.Create("prod");
        file.Set("prod", "REEVE_API_URL", "https://reeve.example/api");
        file.Set("prod", "REEVE_API_KEY", "quote \" backslash \\ end");
        file.Use("prod");
        file.Save();

        var read = ProfilesFile.Load(_home).ActiveProfile;

        Assert.Equal("prod", read.Name);
        Assert.Equal("https://reeve.example/api", read.Values["REEVE_API_URL"]);
        Assert.Equal("quote \" backslash \\ end", read.Values["REEVE_API_KEY"]);
    }

    [Fact]
    public void The_file_is_for_its_owner_alone()
    {
        ProfilesFile.Load(_home).Save();

        if (OperatingSystem.IsWindows())
            Assert.Skip("file modes are of Unix");
        else
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_home, "profiles.toml")));
    }

    [Fact]
    public void A_file_as_Prefect_writes_it_is_read()
    {
        File.WriteAllText(Path.Combine(_home, "profiles.toml"), "active = \"local\" # mine\n\n[profiles.local]\nPREFECT_API_URL = \"http://127.0.0.1:4200/api\"\nPREFECT_API_REQUEST_TIMEOUT = 30 # seconds\n");

        var profile = ProfilesFile.Load(_home).ActiveProfile;

        Assert.Equal("http://127.0.0.1:4200/api", profile.Values["PREFECT_API_URL"]);
        Assert.Equal("30", profile.Values["PREFECT_API_REQUEST_TIMEOUT"]);
    }

    [Theory]
    [InlineData("active = \"a\nx", ":1: the quote is not closed")]
    [InlineData("active = \"a\"\nREEVE_API_URL = \"x\"", ":2: 'REEVE_API_URL' stands outside")]
    [InlineData("[profile.a]", ":1: expected [profiles.NAME]")]
    public void A_fault_names_its_line(string text, string fault)
    {
        File.WriteAllText(Path.Combine(_home, "profiles.toml"), text);

        Assert.Contains(fault, Assert.Throws<SettingsException>(() => ProfilesFile.Load(_home)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_active_profile_cannot_be_deleted()
    {
        var file = ProfilesFile.Load(_home);
        file.Create("a");
        file.Use("a");

        Assert.Contains("active", Assert.Throws<SettingsException>(() => file.Delete("a")).Message, StringComparison.Ordinal);
    }
}
