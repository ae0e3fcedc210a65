namespace PbftReference.TestServer.Streams;

/// <summary>What is to become of an append.</summary>
internal enum Verdict
{
    /// <summary>Its events are to be written.</summary>
    Write,

    /// <summary>It is a retry; its events are there.</summary>
    AlreadyWritten,

    /// <summary>The stream is not as expected.</summary>
    WrongRevision,

    /// <summary>The stream was deleted.</summary>
    Deleted,
}

/// <summary>Holds an append against its stream: whether it is new, a retry or wrong. Ids only tell retries; they need not be unique.</summary>
internal static class WriteCheck
{
    /// <summary>Decides, and names the last event of a retry.</summary>
    public static (Verdict Verdict, StoredEvent? Original) Decide(
        EventStream stream, ExpectedRevision expected, IReadOnlyList<Guid> ids, RecentIds recent)
    {
        if (expected.Kind == Expectation.StreamExists && stream.Last < 0) return (Verdict.WrongRevision, null);
        if (expected.Kind == Expectation.StreamExists && stream.Metadata.IsSoftDeleted) return (Verdict.Deleted, null);
        if (expected.Kind is Expectation.Any or Expectation.StreamExists) return ByMemory(stream, ids, recent);

        // No stream has a revision beyond the signed numbers.
        if (expected.Kind == Expectation.Revision && expected.Revision > long.MaxValue) return (Verdict.WrongRevision, null);
        if (expected.Signed == stream.Last) return (Verdict.Write, null);
        if (expected.Signed > stream.Last) return (Verdict.WrongRevision, null);
        return ByContent(stream, expected, ids);
    }

    private static (Verdict, StoredEvent?) ByMemory(EventStream stream, IReadOnlyList<Guid> ids, RecentIds recent)
    {
        StoredEvent? original = null;
        for (var i = 0; i < ids.Count; i++)
        {
            original = recent.Find(stream.Name, ids[i]);
            if (original is null) return (i == 0 ? Verdict.Write : Verdict.WrongRevision, null);
        }

        return original is null ? (Verdict.Write, null) : (Verdict.AlreadyWritten, original);
    }

    private static (Verdict, StoredEvent?) ByContent(EventStream stream, ExpectedRevision expected, IReadOnlyList<Guid> ids)
    {
        var at = expected.Signed;
        foreach (var id in ids)
        {
            at++;
            if (at <= stream.Last && stream[at].Id == id) continue;

            // A stream that was deleted softly is no stream to a writer, although its numbering goes on.
            var isAnew = at == 0 && expected.Kind == Expectation.NoStream && stream.Metadata.IsSoftDeleted;
            return (isAnew ? Verdict.Write : Verdict.WrongRevision, null);
        }

        return ids.Count == 0 ? (Verdict.WrongRevision, null) : (Verdict.AlreadyWritten, stream[at]);
    }
}
