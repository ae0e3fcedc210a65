using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace PbftReference.Runtime.Transport;

/// <summary>Keeps a connection to one peer: calls it, sends what waits for it, and calls again when the connection breaks.</summary>
internal sealed class Caller
{
    private readonly Identity _identity;
    private readonly IPEndPoint _address;
    private readonly TransportLimits _limits;
    private readonly ITransportObserver _observer;
    private readonly FrameHandler? _receive;
    private volatile bool _connected;

    /// <param name="link">What waits for the peer.</param>
    /// <param name="identity">Who calls.</param>
    /// <param name="address">Where the peer listens.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="observer">Sees what happens.</param>
    /// <param name="receive">Takes what comes back; null if nothing may.</param>
    public Caller(Link link, Identity identity, IPEndPoint address, TransportLimits limits, ITransportObserver observer, FrameHandler? receive) =>
        (Link, _identity, _address, _limits, _observer, _receive) = (link, identity, address, limits, observer, receive);

    public Link Link { get; }

    public bool IsConnected => _connected;

    /// <summary>Calls and sends.</summary>
    /// <param name="closing">No further call; a connection that stands is used until its link is completed and empty.</param>
    /// <param name="halt">Stops at once.</param>
    public async Task Run(CancellationToken closing, CancellationToken halt)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, halt);
        var pauses = new Pauses(_limits.LongestPause);
        while (!either.IsCancellationRequested)
        {
            var stood = await Session(either.Token, halt).ConfigureAwait(false);
            await Task.Delay(pauses.Next(stood, Random.Shared.NextDouble()), either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection, until it breaks.</summary>
    /// <returns>How long it stood; zero if there was none.</returns>
    private async Task<TimeSpan> Session(CancellationToken connecting, CancellationToken halt)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connecting);
        using var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var since = 0L;
        var reason = "closed";
        try
        {
            patience.CancelAfter(_limits.Handshake);
            await socket.ConnectAsync(_address, patience.Token).ConfigureAwait(false);
            await using var tls = new SslStream(new NetworkStream(socket));
            await using var reader = new FrameReader(tls);
            await _identity.Call(Link.Peer, tls, reader, patience.Token).ConfigureAwait(false);
            since = Stopwatch.GetTimestamp();
            _connected = true;
            _observer.Opened(Link.Peer, outgoing: true);
            await Exchange.Run(Link, tls, end => Listen(reader, end), halt).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever ends a connection, the peer is called again; the observer is told what it was
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = e.Message;
            if (Fault(e, handshake: since == 0 && socket.Connected, connecting) is { } fault) _observer.Refused(fault, $"{Link.Peer} at {_address}");
        }

        if (since == 0) return TimeSpan.Zero;
        _connected = false;
        _observer.Closed(Link.Peer, outgoing: true, reason);
        return Stopwatch.GetElapsedTime(since);
    }

    private static TransportRefusal? Fault(Exception e, bool handshake, CancellationToken stopped) => e switch
    {
        RefusedException refused => refused.Reason,
        OperationCanceledException when handshake && !stopped.IsCancellationRequested => TransportRefusal.HandshakeTimeout,
        _ => null,
    };

    private async Task Listen(FrameReader reader, CancellationToken cancellation)
    {
        while (await reader.Read(_limits.ReplicaFrame, _limits.Stall, cancellation).ConfigureAwait(false) is { } frame)
        {
            if (_receive is null) throw new RefusedException(TransportRefusal.Protocol, "nothing may come this way");
            _observer.Received(Link.Peer, frame.Length);
            await _receive(frame, cancellation).ConfigureAwait(false);
        }
    }
}
