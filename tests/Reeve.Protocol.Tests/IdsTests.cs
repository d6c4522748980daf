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
}
