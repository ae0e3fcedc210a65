using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Another writer appended to the stream: this one must stop, and must not let anything out that it did not write durably.</summary>
public sealed class FencedException : EventStoreException
{
    /// <summary>Reports the two revisions.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="expected">The last revision that this writer knows of.</param>
    /// <param name="actual">The stream's last revision.</param>
    /// <param name="inner">The store's refusal.</param>
    public FencedException(string stream, long expected, long actual, Exception? inner = null)
        : base(EventStoreFailure.WrongExpectedRevision, Describe(stream, expected, actual), inner)
    {
        Stream = stream;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The stream.</summary>
    public string Stream { get; }

    /// <summary>The last revision that this writer knows of; -1 for none.</summary>
    public long Expected { get; }

    /// <summary>The stream's last revision; -1 if the stream is gone.</summary>
    public long Actual { get; }

    private static string Describe(string stream, long expected, long actual) =>
        $"stream '{stream}': this writer stands at revision {expected} and the stream at {actual}, so another process writes it or it was "
        + "replaced. Nothing was written. Stop this process; see to it that one process only runs this replica, then start it again: "
        + "it goes on from the stream as it is.";
}
