using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace PbftReference.Runtime.Transport;

/// <summary>Keeps a connection to one peer: calls it, sends what waits for it, and calls again when the connection breaks.</summary>
internal sealed class Caller
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    private readonly Identity _identity;
    private readonly IPEndPoint _address;
    private readonly TransportLimits _limits;
    private readonly ITransportObserver _observer;
    private readonly Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? _receive;
    private volatile bool _connected;

    /// <param name="link">What waits for the peer.</param>
    /// <param name="identity">Who calls.</param>
    /// <param name="address">Where the peer listens.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="observer">Sees what happens.</param>
    /// <param name="receive">Takes what comes back; null if nothing may.</param>
    public Caller(
        Link link, Identity identity, IPEndPoint address, TransportLimits limits, ITransportObserver observer,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask>? receive)
    {
        (Link, _identity, _address, _limits, _observer, _receive) = (link, identity, address, limits, observer, receive);
    }

    public Link Link { get; }

    public bool IsConnected => _connected;

    public async Task Run(CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (!cancellation.IsCancellationRequested)
        {
            if (await Session(cancellation).ConfigureAwait(false)) pause = FirstPause;
            try
            {
                // spread, so that replicas that were started together do not call in step
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < _limits.LongestPause ? pause * 2 : _limits.LongestPause;
        }
    }

    /// <summary>One connection, until it breaks.</summary>
    /// <returns>Whether there was one.</returns>
    private async Task<bool> Session(CancellationToken cancellation)
    {
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var reason = "closed";
        try
        {
            session.CancelAfter(_limits.Handshake);
            await socket.ConnectAsync(_address, session.Token).ConfigureAwait(false);
            await using var tls = new SslStream(new NetworkStream(socket));
            await using var reader = new FrameReader(tls);
            await _identity.Call(Link.Peer, tls, reader, session.Token).ConfigureAwait(false);
            session.CancelAfter(Timeout.InfiniteTimeSpan);
            _connected = true;
            _observer.Opened(Link.Peer, outgoing: true);
            var both = new[] { Link.Pump(tls, session.Token), Listen(reader, session.Token) };
            await await Task.WhenAny(both).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            _observer.Refused(e.Reason, $"{Link.Peer} at {_address}");
            reason = e.Message;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            reason = e.Message;
        }
        finally
        {
            await session.CancelAsync().ConfigureAwait(false);
        }

        if (!_connected) return false;
        _connected = false;
        _observer.Closed(Link.Peer, outgoing: true, reason);
        return true;
    }

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
