using System.Globalization;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// What an append expects of its stream: that it does not exist, or that its last event has exactly this revision.
/// EventStoreDB's <c>any</c> and <c>stream exists</c> are absent deliberately: under them a retry can write an event twice.
/// A plain <see cref="long"/> converts: -1 is <see cref="NoStream"/>, 0 and up is <see cref="Exact"/>.
/// </summary>
public readonly record struct ExpectedRevision
{
    // One more than the revision, so that the default value is the harmless one, NoStream.
    private readonly long _next;

    private ExpectedRevision(long next) => _next = next;

    /// <summary>The stream does not exist yet.</summary>
    public static ExpectedRevision NoStream => default;

    /// <summary>The last revision that is expected; -1 for <see cref="NoStream"/>.</summary>
    public long Value => _next - 1;

    /// <summary>The last event of the stream has this revision.</summary>
    /// <param name="revision">0 to <see cref="long.MaxValue"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public static ExpectedRevision Exact(long revision)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(revision);
        ArgumentOutOfRangeException.ThrowIfEqual(revision, long.MaxValue);
        return new ExpectedRevision(revision + 1);
    }

    /// <summary>-1 is <see cref="NoStream"/>; 0 and up is <see cref="Exact"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below -1, or <see cref="long.MaxValue"/>.</exception>
    public static ExpectedRevision FromInt64(long revision) => revision == -1 ? NoStream : Exact(revision);

    /// <summary>The same as <see cref="FromInt64"/>.</summary>
    public static implicit operator ExpectedRevision(long revision) => FromInt64(revision);

    /// <summary>"no stream", or the revision in digits.</summary>
    public override string ToString() => _next == 0 ? "no stream" : Value.ToString(CultureInfo.InvariantCulture);
}
