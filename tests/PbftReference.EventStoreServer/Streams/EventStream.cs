namespace PbftReference.TestServer.Streams;

/// <summary>One stream. Only <see cref="StreamStore"/> touches it, under its lock.</summary>
internal sealed class EventStream(string name)
{
    private readonly List<StoredEvent> _events = [];
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>The stream's name.</summary>
    public string Name => name;

    /// <summary>Its metadata, as the newest event of its metadata stream says.</summary>
    public StreamMetadata Metadata { get; set; } = StreamMetadata.None;

    /// <summary>The event that ended it for ever; null while it lives.</summary>
    public StoredEvent? Tombstone { get; set; }

    /// <summary>Its last revision; -1 where it has no event.</summary>
    public long Last => _events.Count - 1;

    /// <summary>Whether readers find it: it has events and was not deleted softly.</summary>
    public bool IsFound => _events.Count > 0 && !Metadata.IsSoftDeleted;

    /// <summary>Completes with the next change.</summary>
    public Task Changed => _changed.Task;

    /// <summary>The event at a revision, from 0 to <see cref="Last"/>.</summary>
    public StoredEvent this[long revision] => _events[(int)revision];

    /// <summary>Adds an event, which has the next revision.</summary>
    public void Add(StoredEvent stored) => _events.Add(stored);

    /// <summary>Lets everybody who awaits <see cref="Changed"/> go on.</summary>
    public void TellChange()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    /// <summary>The first revision that readers see; beyond <see cref="Last"/> where they see none.</summary>
    /// <param name="now">100 ns since the Unix epoch.</param>
    public long FirstVisible(long now)
    {
        // A metadata stream shows its newest event only, whatever its own metadata says.
        if (SystemNames.IsMetadataStream(name)) return Math.Max(0, Last);

        var first = Metadata.TruncateBefore ?? 0;
        if (Metadata.MaxCount is { } count) first = Math.Max(first, Last + 1 - count);
        if (Metadata.MaxAge is { } age) first = Math.Max(first, FirstCreatedSince(now - age.Ticks));
        return first;
    }

    private long FirstCreatedSince(long created)
    {
        var (low, high) = (0, _events.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_events[middle].Created < created) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    // Continuations must not run under the store's lock.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
