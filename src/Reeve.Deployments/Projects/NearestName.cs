namespace Reeve.Deployments.Projects;

/// <summary>Finds what a misspelt name was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>The nearest candidate, if it is near enough to be a slip of the pen.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        // Half of a short name changed is another name.
        var limit = Math.Min(Math.Max(2, name.Length / 3), name.Length / 2);
        string? best = null;
        var bestDistance = limit + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant(), bestDistance);
            if (distance >= bestDistance)
                continue;
            best = candidate;
            bestDistance = distance;
        }
        return best;
    }

    /// <summary>"did you mean 'x'?", or the list of what is valid when nothing is near and the list is short.</summary>
    public static string? Hint(string name, IReadOnlyCollection<string> candidates)
    {
        if (Of(name, candidates) is { } nearest)
            return $"did you mean '{nearest}'?";
        return candidates.Count is > 0 and <= 12 ? "valid are: " + string.Join(", ", candidates) : null;
    }

    // Optimal string alignment: a swap of two neighbours is one slip, not two. Rows above the bound are not finished.
    private static int Distance(string a, string b, int bound)
    {
        if (Math.Abs(a.Length - b.Length) >= bound)
            return bound;
        var beforePrevious = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            var rowBest = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                rowBest = Math.Min(rowBest, current[j]);
            }
            if (rowBest >= bound)
                return bound;
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }
        return previous[b.Length];
    }
}
