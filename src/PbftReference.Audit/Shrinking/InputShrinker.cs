namespace PbftReference.Audit.Shrinking;

/// <summary>
/// Leaves out whatever may be left out of a list while something about it still holds: halves first, then smaller and smaller pieces, until no
/// single item can be left out. (Delta debugging; Zeller and Hildebrandt, 2002.)
/// </summary>
public static class InputShrinker
{
    /// <summary>The shortest list that is found.</summary>
    /// <param name="items">A list for which it holds.</param>
    /// <param name="holds">Whether it holds; the same answer for the same list.</param>
    /// <param name="progress">Told of each shorter list's length and of how many lists were tried; null for nobody.</param>
    public static IReadOnlyList<T> Shrink<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, bool> holds, Action<int, long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(holds);
        var tried = 0L;
        for (var piece = Math.Max(1, items.Count / 2); ; piece = Math.Max(1, piece / 2))
        {
            var before = items.Count;
            // from the end: what comes late rests on what came early, so it can be left out first
            for (var end = items.Count; end > 0; end -= piece)
            {
                var start = Math.Max(0, end - piece);
                var without = items.Take(start).Concat(items.Skip(end)).ToList();
                tried++;
                if (!holds(without)) continue;
                items = without;
                progress?.Invoke(items.Count, tried);
            }

            if (piece == 1 && items.Count == before) return items;
        }
    }
}
