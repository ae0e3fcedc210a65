using System.Text.Json;

namespace EventStore.Client;

/// <summary>What a server keeps about a stream: how long, for whom, and whatever else its users put there.</summary>
public readonly struct StreamMetadata
{
    /// <summary>Makes metadata; what is null is not written.</summary>
    /// <param name="maxCount">How many events are kept, from the last; more than 0.</param>
    /// <param name="maxAge">How long events are kept, in whole seconds; more than 0.</param>
    /// <param name="truncateBefore">The first place that is kept.</param>
    /// <param name="cacheControl">How long the head of the stream may be cached, in whole seconds; more than 0.</param>
    /// <param name="acl">Who may do what.</param>
    /// <param name="customMetadata">Anything else: a JSON object without the keys of the above.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or a duration is not more than 0.</exception>
    public StreamMetadata(
        int? maxCount = null,
        TimeSpan? maxAge = null,
        StreamPosition? truncateBefore = null,
        TimeSpan? cacheControl = null,
        StreamAcl? acl = null,
        JsonDocument? customMetadata = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxCount ?? 1, nameof(maxCount));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxAge ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(maxAge));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(cacheControl ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(cacheControl));
        MaxCount = maxCount;
        MaxAge = maxAge;
        TruncateBefore = truncateBefore;
        CacheControl = cacheControl;
        Acl = acl;
        CustomMetadata = customMetadata;
    }

    /// <summary>How many events are kept, from the last.</summary>
    public int? MaxCount { get; }

    /// <summary>How long events are kept.</summary>
    public TimeSpan? MaxAge { get; }

    /// <summary>The first place that is kept; <see cref="StreamPosition.End"/> if the stream is deleted.</summary>
    public StreamPosition? TruncateBefore { get; }

    /// <summary>How long the head of the stream may be cached.</summary>
    public TimeSpan? CacheControl { get; }

    /// <summary>Who may do what.</summary>
    public StreamAcl? Acl { get; }

    /// <summary>Anything else, as a JSON object.</summary>
    public JsonDocument? CustomMetadata { get; }
}

/// <summary>The metadata of a stream, as read.</summary>
public readonly struct StreamMetadataResult
{
    /// <summary>The stream.</summary>
    public readonly string StreamName;

    /// <summary>Always false: a stream deleted for ever throws <see cref="StreamDeletedException"/> instead.</summary>
    public readonly bool StreamDeleted;

    /// <summary>The metadata; the default if there is none.</summary>
    public readonly StreamMetadata Metadata;

    /// <summary>The revision of the metadata, which the next write of it expects; null if there is none.</summary>
    public readonly StreamPosition? MetastreamRevision;

    private StreamMetadataResult(string streamName, StreamPosition? revision, StreamMetadata metadata)
    {
        StreamName = streamName;
        MetastreamRevision = revision;
        Metadata = metadata;
        StreamDeleted = false;
    }

    /// <summary>A stream without metadata.</summary>
    /// <param name="streamName">The stream.</param>
    /// <returns>The result.</returns>
    public static StreamMetadataResult None(string streamName) => new(streamName, null, default);

    /// <summary>A stream with metadata.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="revision">The revision of the metadata.</param>
    /// <param name="metadata">The metadata.</param>
    /// <returns>The result.</returns>
    public static StreamMetadataResult Create(string streamName, StreamPosition revision, StreamMetadata metadata) =>
        new(streamName, revision, metadata);
}
