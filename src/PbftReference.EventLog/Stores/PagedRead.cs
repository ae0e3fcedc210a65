namespace PbftReference.EventLog.Stores;

/// <summary>Turns reads of one page into an enumeration. No lock is held between pages.</summary>
internal static class PagedRead
{
    /// <summary>Events per page. A page of large events may end earlier.</summary>
    public const int PageSize = 256;

    /// <summary>Reads the page that begins at a revision, of at most so many events. An empty one is the end.</summary>
    public delegate IReadOnlyList<StoredEvent> Page(long fromRevision, int maxCount);

    public static IEnumerable<StoredEvent> Forwards(Page page, long fromRevision, long maxCount) =>
        Enumerate(page, fromRevision, maxCount, step: 1, end: long.MaxValue);

    public static IEnumerable<StoredEvent> Backwards(Page page, long fromRevision, long maxCount) =>
        Enumerate(page, fromRevision, maxCount, step: -1, end: 0);

    public static void CheckRange(string stream, long fromRevision, long maxCount)
    {
        AppendRules.CheckStreamName(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(fromRevision);
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
    }

    private static IEnumerable<StoredEvent> Enumerate(Page page, long fromRevision, long maxCount, int step, long end)
    {
        while (maxCount > 0)
        {
            var events = page(fromRevision, (int)Math.Min(maxCount, PageSize));
            if (events.Count == 0) yield break;
            foreach (var item in events) yield return item;
            if (events[^1].Revision == end) yield break;
            var next = events[^1].Revision + step;
            if (step > 0 ? next <= fromRevision : next >= fromRevision)
            {
                throw new EventStoreException(EventStoreFailure.Damaged, $"reading from revision {fromRevision} gave revision {events[^1].Revision}: the store is damaged; restore it from a copy");
            }

            fromRevision = next;
            maxCount -= events.Count;
        }
    }
}
