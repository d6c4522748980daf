using System.Text.Json;
using Reeve.Protocol.Schedules;

namespace Reeve.Protocol.Tests.Schedules;

/// <summary>Fire times that an independent implementation computed; golden.py says how.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases()
    {
        using var file = typeof(GoldenTests).Assembly.GetManifestResourceStream("Reeve.Protocol.Tests.Schedules.golden.json")!;
        using var document = JsonDocument.Parse(file);
        return [.. document.RootElement.EnumerateArray().Select(c => c.GetRawText())];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fires_as_the_independent_implementation_says(string json)
    {
        var golden = WireJson.Parse(json);
        var expected = golden.GetProperty("times").EnumerateArray().Select(t => t.GetDateTimeOffset()).ToList();
        var take = expected.Count + (golden.GetProperty("ends").GetBoolean() ? 1 : 0);

        var fires = FireTimes.Read(golden.GetProperty("schedule")).From(golden.GetProperty("start").GetDateTimeOffset()).Take(take).ToList();

        Assert.Equal(expected, fires);
    }
}
