namespace Reeve.Protocol.Tests;

public sealed class IdsTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(-2, -1)]
    public void Ids_of_a_moment_and_later_do_not_sort_before_its_bound(int milliseconds, int expected)
    {
        var moment = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

        Assert.Equal(expected, Math.Sign(string.CompareOrdinal(Ids.New(moment.AddMilliseconds(milliseconds)).ToString(), Ids.First(moment).ToString())));
    }

    [Fact]
    public void Ids_of_one_millisecond_sort_by_its_fraction_and_are_of_version_7()
    {
        var moment = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 1000).Select(microsecond => Ids.New(moment.AddTicks(microsecond * TimeSpan.TicksPerMicrosecond))).ToList();

        Assert.Equal(ids.Order(), ids);
        Assert.All(ids, id => Assert.Equal((7, 0b10), (id.Version, id.Variant >> 2)));
        Assert.NotEqual(Ids.New(moment), Ids.New(moment));
    }
}
