namespace PbftReference.EventLog.Stores;

/// <summary>The two ends of a stream that exists.</summary>
/// <param name="LastRevision">
/// The revision of the last event ever appended, hidden or not: what the next append must expect.
/// </param>
/// <param name="FirstRevision">
/// The first revision that is not truncated: 0 at first, and <paramref name="LastRevision"/> + 1 when everything is.
/// It is where the stream should begin; in a damaged store the event itself may be missing.
/// </param>
public sealed record StreamTail(long LastRevision, long FirstRevision)
{
    /// <summary>Whether every event is truncated: the stream exists, and reads as empty.</summary>
    public bool IsEmpty => FirstRevision > LastRevision;
}
