namespace PbftReference.TestServer.Streams;

/// <summary>What became of a write.</summary>
internal abstract record WriteOutcome
{
    /// <summary>It stands in the stream, since now or since an earlier try.</summary>
    /// <param name="Last">The revision of its last event; -1 where the stream has none.</param>
    /// <param name="Position">Its position.</param>
    public sealed record Written(long Last, long Position) : WriteOutcome;

    /// <summary>The stream is not as expected; nothing was written.</summary>
    /// <param name="Actual">The stream's last revision; -1 where it has no event.</param>
    public sealed record WrongRevision(long Actual) : WriteOutcome;

    /// <summary>The stream was deleted; nothing was written.</summary>
    public sealed record Deleted : WriteOutcome;
}

/// <summary>What a reader finds under a name.</summary>
internal enum Finding
{
    /// <summary>A stream, perhaps without visible events.</summary>
    Stream,

    /// <summary>Nothing, or a stream that was deleted softly.</summary>
    NotFound,

    /// <summary>A tombstone.</summary>
    Deleted,
}

/// <summary>A piece of a stream.</summary>
/// <param name="Finding">What is there.</param>
/// <param name="Events">The visible events, in the order of reading.</param>
/// <param name="Next">The revision at which to read on.</param>
/// <param name="IsEnd">Whether nothing follows at this time.</param>
/// <param name="Last">The stream's last revision.</param>
internal sealed record StreamPage(Finding Finding, IReadOnlyList<StoredEvent> Events, long Next, bool IsEnd, long Last)
{
    /// <summary>The answer where there is no stream to read.</summary>
    public static StreamPage Without(Finding finding) => new(finding, [], 0, true, -1);
}

/// <summary>What a subscriber finds.</summary>
/// <param name="Finding">What is there.</param>
/// <param name="Events">The next events, in order, at most a page.</param>
/// <param name="Tombstone">The event that ended the stream; null while it lives.</param>
/// <param name="Changed">Completes with the next change after this was found.</param>
internal sealed record StreamNews(Finding Finding, IReadOnlyList<StoredEvent> Events, StoredEvent? Tombstone, Task Changed);
