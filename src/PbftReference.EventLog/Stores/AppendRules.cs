using System.Text;

namespace PbftReference.EventLog.Stores;

/// <summary>The rules of an append that hold for every store, whatever its medium.</summary>
public static class AppendRules
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses a stream name that no store takes.</summary>
    /// <exception cref="ArgumentException">Empty, a system name, a control character, or not well-formed Unicode.</exception>
    public static void CheckStreamName(string stream) => CheckName(stream, "stream name", nameof(stream));

    /// <summary>Refuses an append that no store takes: bad names and ids, then size.</summary>
    /// <exception cref="ArgumentException">A name, type or id that no store takes.</exception>
    /// <exception cref="AppendTooLargeException">Over the limits.</exception>
    public static void Check(string stream, IReadOnlyList<EventToAppend> events, AppendLimits limits)
    {
        CheckStreamName(stream);
        ArgumentNullException.ThrowIfNull(events);
        long bytes = 0;
        foreach (var item in events)
        {
            ArgumentNullException.ThrowIfNull(item, nameof(events));
            if (item.Id == Guid.Empty)
            {
                throw new ArgumentException($"stream '{stream}': an event has the empty id; give it one that its retry repeats", nameof(events));
            }

            CheckName(item.Type, "event type", nameof(events));
            bytes += Utf8.GetByteCount(item.Type) + (long)item.Data.Length + item.Metadata.Length;
        }

        if (bytes > limits.MaxBytes || events.Count > limits.MaxEvents)
        {
            throw new AppendTooLargeException(stream, bytes, events.Count, limits);
        }
    }

    /// <summary>
    /// Decides an append: write it, or answer it as the retry it is. A shorter proof of identity (the last id alone) would take a
    /// batch that differs in the middle for a retry.
    /// </summary>
    /// <param name="stream">The stream, for the message.</param>
    /// <param name="expected">What the append expects.</param>
    /// <param name="events">The events to append.</param>
    /// <param name="lastRevision">The stream's true last revision; -1 if it does not exist.</param>
    /// <param name="idAt">The id of the event stored at a revision, hidden or not; null if there is none.</param>
    /// <returns>True: write from expected + 1 on. False: all of it is there already.</returns>
    /// <exception cref="WrongExpectedRevisionException">Neither.</exception>
    public static bool MustWrite(
        string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events, long lastRevision, Func<long, Guid?> idAt)
    {
        if (expected.Value == lastRevision) return true;
        if (expected.Value < lastRevision && IsRetry(expected.Value, events, idAt)) return false;
        throw new WrongExpectedRevisionException(stream, expected, lastRevision);
    }

    /// <summary>Refuses a truncation that would hide events that are not written yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative revision.</exception>
    /// <exception cref="EventStoreException">Beyond the last revision + 1.</exception>
    public static void CheckTruncation(string stream, long beforeRevision, long lastRevision)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beforeRevision);
        if (beforeRevision > lastRevision + 1)
        {
            throw new EventStoreException(
                EventStoreFailure.TruncationBeyondEnd,
                $"stream '{stream}' can't be truncated before {beforeRevision}: its last revision is {lastRevision} (-1: no stream), "
                + $"so events not yet written would be hidden. Truncate before {lastRevision + 1} at most.");
        }
    }

    private static bool IsRetry(long expected, IReadOnlyList<EventToAppend> events, Func<long, Guid?> idAt)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (idAt(expected + 1 + i) != events[i].Id) return false;
        }

        return events.Count > 0;
    }

    private static void CheckName(string name, string what, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        if (name.Length == 0) throw new ArgumentException($"a {what} must not be empty", parameter);
        if (name[0] == '$')
        {
            throw new ArgumentException($"the {what} '{name}' begins with '$', which is kept for system streams and events", parameter);
        }

        if (name.Any(char.IsControl)) throw new ArgumentException($"the {what} '{name}' contains a control character", parameter);
        try
        {
            Utf8.GetByteCount(name);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException($"the {what} '{name}' contains half a surrogate pair and has no UTF-8 form", parameter);
        }
    }
}
