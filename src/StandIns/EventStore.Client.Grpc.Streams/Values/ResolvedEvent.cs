namespace EventStore.Client;

/// <summary>An event as a read gives it: the event, or a link and the event it leads to.</summary>
public readonly struct ResolvedEvent
{
    /// <summary>The event; if links are resolved, the one that the link leads to.</summary>
    public readonly EventRecord Event;

    /// <summary>The link, if links are resolved and this is one.</summary>
    public readonly EventRecord? Link;

    /// <summary>The place of <see cref="OriginalEvent"/> among all events, if the server told it.</summary>
    public readonly Position? OriginalPosition;

    /// <summary>Makes an event.</summary>
    /// <param name="event">The event.</param>
    /// <param name="link">The link to it, if there is one.</param>
    /// <param name="commitPosition">Where what was read was committed, if known.</param>
    public ResolvedEvent(EventRecord @event, EventRecord? link, ulong? commitPosition)
    {
        Event = @event;
        Link = link;
        OriginalPosition = commitPosition is { } commit ? new Position(commit, (link ?? @event).Position.PreparePosition) : null;
    }

    /// <summary>What the stream that was read holds: the link, or else the event.</summary>
    public EventRecord OriginalEvent => Link ?? Event;

    /// <summary>The revision in the stream that was read.</summary>
    public StreamPosition OriginalEventNumber => OriginalEvent.EventNumber;

    /// <summary>The stream that was read.</summary>
    public string OriginalStreamId => OriginalEvent.EventStreamId;

    /// <summary>Whether this is a link with the event it leads to.</summary>
    public bool IsResolved => Link is not null && Event is not null;
}
