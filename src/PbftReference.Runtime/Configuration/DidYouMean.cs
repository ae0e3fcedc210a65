namespace PbftReference.Runtime.Configuration;

/// <summary>Finds what somebody may have meant to write.</summary>
public static class DidYouMean
{
    private const int Most = 3;

    /// <summary>"; did you mean ...?", or nothing if no name is near.</summary>
    /// <param name="names">The names there are.</param>
    /// <param name="written">What somebody wrote.</param>
    public static string Among(IEnumerable<string> names, string written)
    {
        var near = Near(names, written);
        return near.Count == 0 ? "" : $"; did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>The nearest name; null if none is near.</summary>
    /// <param name="names">The names there are.</param>
    /// <param name="written">What somebody wrote.</param>
    public static string? Nearest(IEnumerable<string> names, string written) => Near(names, written) is [var nearest, ..] ? nearest : null;

    /// <summary>The nearest names, at most three, the nearest first; case does not matter.</summary>
    /// <param name="names">The names there are.</param>
    /// <param name="written">What somebody wrote.</param>
    public static IReadOnlyList<string> Near(IEnumerable<string> names, string written)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(written);
        var wanted = written.ToLowerInvariant();
        var bound = Math.Max(2, wanted.Length / 3);
        return
        [
            .. names.Distinct()
                .Select(name => (name, distance: Distance(name.ToLowerInvariant(), wanted)))
                .Where(c => c.distance <= bound)
                .OrderBy(c => c.distance).ThenBy(c => c.name, StringComparer.Ordinal)
                .Take(Most).Select(c => c.name),
        ];
    }

    // Levenshtein's distance; a name that begins with what was written is near whatever follows.
    private static int Distance(string name, string written)
    {
        if (written.Length >= 3 && name.StartsWith(written, StringComparison.Ordinal)) return 1;
        var row = Enumerable.Range(0, written.Length + 1).ToArray();
        for (var i = 1; i <= name.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= written.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (name[i - 1] == written[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[written.Length];
    }
}
