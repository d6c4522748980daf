namespace Reeve.Calls;

/// <summary>Several inputs of a map.</summary>
internal static class MapInputs
{
    /// <exception cref="ArgumentException">The inputs differ in length.</exception>
    public static List<(T1, T2)> Zip<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second)
    {
        List<T1> left = [.. first];
        List<T2> right = [.. second];
        Demand(left.Count, right.Count);
        return [.. left.Zip(right)];
    }

    /// <exception cref="ArgumentException">The inputs differ in length.</exception>
    public static List<(T1, T2, T3)> Zip<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third)
    {
        List<T1> left = [.. first];
        List<T2> middle = [.. second];
        List<T3> right = [.. third];
        Demand(left.Count, middle.Count, right.Count);
        return [.. left.Zip(middle, right)];
    }

    public static IEnumerable<(T1, T2)> Product<T1, T2>(IEnumerable<T1> first, IEnumerable<T2> second)
    {
        List<T2> inner = [.. second];
        return first.SelectMany(left => inner.Select(right => (left, right)));
    }

    public static IEnumerable<(T1, T2, T3)> Product<T1, T2, T3>(IEnumerable<T1> first, IEnumerable<T2> second, IEnumerable<T3> third)
    {
        List<T3> inner = [.. third];
        return Product(first, second).SelectMany(pair => inner.Select(last => (pair.Item1, pair.Item2, last)));
    }

    private static void Demand(params int[] lengths)
    {
        if (lengths.Any(length => length != lengths[0]))
        {
            throw new ArgumentException(
                $"The inputs of a map have {string.Join(", ", lengths)} items; they are taken side by side and must be equally many. For every combination there is Tasks.MapProduct; "
                + "a value that is the same for every call is captured by the lambda.");
        }
    }
}
