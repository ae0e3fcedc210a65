using PbftReference.Consensus.Interfaces;

namespace PbftReference.Runtime.Transport;

/// <summary>Why a connection was refused or broken off.</summary>
public enum TransportRefusal
{
    /// <summary>No TLS 1.3, or no certificate.</summary>
    Handshake,

    /// <summary>The certificate's key is not in the genesis.</summary>
    UnknownKey,

    /// <summary>The certificate's key is not that of the peer that was called, or of the peer that the other side says it is.</summary>
    WrongCertificate,

    /// <summary>The other side is of another cluster, or of another version.</summary>
    WrongCluster,

    /// <summary>A frame is announced that is larger than allowed.</summary>
    OversizedFrame,

    /// <summary>The other side was not done with its handshake in time.</summary>
    HandshakeTimeout,

    /// <summary>A frame was begun and did not go on.</summary>
    StalledFrame,

    /// <summary>Too many connections had not said who they are, and this one had been there longest.</summary>
    TooManyConnections,

    /// <summary>Something came where nothing may, or not what must.</summary>
    Protocol,
}

/// <summary>Sees what the transport does. Called from any thread; must not block.</summary>
public interface ITransportObserver
{
    /// <summary>A connection with a peer stands.</summary>
    /// <param name="peer">With whom.</param>
    /// <param name="outgoing">Whether this side called.</param>
    void Opened(PeerId peer, bool outgoing);

    /// <summary>A connection ended.</summary>
    void Closed(PeerId peer, bool outgoing, string reason);

    /// <summary>A connection was refused or broken off for a fault of the other side.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="remote">From where.</param>
    void Refused(TransportRefusal reason, string remote);

    /// <summary>A frame was dropped: there is no connection, or the queue to it is full.</summary>
    void Dropped(PeerId peer);

    /// <summary>A frame was handed to the connection. If that breaks now, the frame may not arrive.</summary>
    void Sent(PeerId peer, int bytes);

    /// <summary>A frame came.</summary>
    void Received(PeerId peer, int bytes);
}

/// <summary>Bounds of the transport.</summary>
public sealed record TransportLimits
{
    /// <summary>Largest frame from a replica, in bytes.</summary>
    public int ReplicaFrame { get; init; } = 32 << 20;

    /// <summary>Largest frame from a client, in bytes.</summary>
    public int ClientFrame { get; init; } = 1 << 20;

    /// <summary>Most frames that wait for one peer.</summary>
    public int QueueFrames { get; init; } = 16_384;

    /// <summary>Most bytes that wait for one peer; a single frame may be larger.</summary>
    public long QueueBytes { get; init; } = 64L << 20;

    /// <summary>How long a handshake may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a frame that was begun may stand still.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Most connections that have not said who they are.</summary>
    public int Unauthenticated { get; init; } = 64;

    /// <summary>Longest pause between two calls to a peer that does not answer.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);
}
