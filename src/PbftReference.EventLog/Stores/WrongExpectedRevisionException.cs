namespace PbftReference.EventLog.Stores;

/// <summary>An append expected another revision than the stream has, and is not a retry. Nothing was written.</summary>
public sealed class WrongExpectedRevisionException : EventStoreException
{
    /// <summary>Reports the two revisions.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="expected">What the append expected.</param>
    /// <param name="actual">The stream's last revision; -1 if it does not exist.</param>
    /// <param name="inner">The cause below, if any.</param>
    public WrongExpectedRevisionException(string stream, ExpectedRevision expected, long actual, Exception? inner = null)
        : base(EventStoreFailure.WrongExpectedRevision, Describe(stream, expected, actual), inner)
    {
        Stream = stream;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The stream.</summary>
    public string Stream { get; }

    /// <summary>What the append expected.</summary>
    public ExpectedRevision Expected { get; }

    /// <summary>The stream's last revision; -1 if it does not exist.</summary>
    public long Actual { get; }

    private static string Describe(string stream, ExpectedRevision expected, long actual) =>
        $"stream '{stream}': expected last revision {expected}, found {(actual < 0 ? "no stream" : actual)}; nothing was written. "
        + "Either another writer appended, then stop this one; or the caller's revision is old, then read the tail and decide again.";
}
