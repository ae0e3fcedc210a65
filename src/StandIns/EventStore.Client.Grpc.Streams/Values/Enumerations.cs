namespace EventStore.Client;

/// <summary>The direction of a read.</summary>
public enum Direction
{
    /// <summary>From later to earlier events.</summary>
    Backwards,

    /// <summary>From earlier to later events.</summary>
    Forwards,
}

/// <summary>Whether a stream that was read is there.</summary>
public enum ReadState
{
    /// <summary>It was never written to, or is deleted and may be written to again.</summary>
    StreamNotFound,

    /// <summary>It is there, though it may have no visible event.</summary>
    Ok,
}

/// <summary>The kind of node of a cluster to connect to, if there is a choice.</summary>
public enum NodePreference
{
    /// <summary>The leader; only it answers, a follower refers to it.</summary>
    Leader,

    /// <summary>A follower.</summary>
    Follower,

    /// <summary>Any node.</summary>
    Random,

    /// <summary>A read-only replica.</summary>
    ReadOnlyReplica,
}
