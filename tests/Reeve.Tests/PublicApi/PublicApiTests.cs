using System.Reflection;
using System.Runtime.CompilerServices;

namespace Reeve.Tests.PublicApi;

/// <summary>What authors can build on: a change of it is seen here, and approved by hand.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Reeve")]
    [InlineData("Reeve.Protocol")]
    public async Task Public_surface_is_as_approved(string assembly)
    {
        var file = Path.Combine(Folder(), $"PublicApi.{assembly}.txt");
        var actual = PublicApiText.Of(Assembly.Load(assembly));
        if (Environment.GetEnvironmentVariable("REEVE_ACCEPT") == "1")
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        var approved = File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "";

        Assert.True(approved == actual, Difference(assembly, approved, actual));
    }

    private static string Difference(string assembly, string approved, string actual)
    {
        var (old, fresh) = (Lines(approved), Lines(actual));
        var lines = old.Except(fresh).Select(line => "- " + line).Concat(fresh.Except(old).Select(line => "+ " + line)).Order(StringComparer.Ordinal).ToList();
        if (lines.Count == 0)
            lines.Add("(the same lines in another order)");
        return $"The public surface of {assembly} has changed:\n{string.Join('\n', lines)}\n\nIf that is meant, accept it and commit the file:\n"
            + "  REEVE_ACCEPT=1 dotnet run --project tests/Reeve.Tests -- --filter-class Reeve.Tests.PublicApi.PublicApiTests";
    }

    // Each member with its type, so that the difference tells where.
    private static List<string> Lines(string text)
    {
        List<string> lines = [];
        var type = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(' '))
                type = line.Split(" : ")[0];
            lines.Add(line.StartsWith(' ') ? $"{type}: {line.Trim()}" : line);
        }

        return lines;
    }

    private static string Folder([CallerFilePath] string here = "")
    {
        // The build may map paths; the tests run from within the repository.
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Reeve.slnx")))
            folder = folder.Parent;
        return folder is null ? Path.GetDirectoryName(here)! : Path.Combine(folder.FullName, "tests", "Reeve.Tests", "PublicApi");
    }
}
