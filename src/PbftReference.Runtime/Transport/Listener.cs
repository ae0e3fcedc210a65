using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PbftReference.Consensus.Interfaces;

namespace PbftReference.Runtime.Transport;

/// <summary>Takes a peer's frames. It is awaited, and the connection is not read meanwhile.</summary>
public delegate ValueTask FrameHandler(ReadOnlyMemory<byte> frame, CancellationToken cancellation);

/// <summary>
/// Takes calls. Replicas send on the connections that they call by; clients get their replies on them, too. A peer has one connection
/// this way: a new one replaces the old.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly Identity _identity;
    private readonly TransportLimits _limits;
    private readonly ITransportObserver _observer;
    private readonly Func<PeerId, (FrameHandler Handle, IDisposable Handler)> _join;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _halt = new();
    private readonly ConcurrentDictionary<PeerId, Call> _calls = new();
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();
    private Task _accepting = Task.CompletedTask;
    private int _unauthenticated;

    private sealed record Call(Link Link, CancellationTokenSource End);

    /// <exception cref="SocketException">The address is taken.</exception>
    public Listener(Identity identity, IPEndPoint address, TransportLimits limits, ITransportObserver observer, Func<PeerId, (FrameHandler Handle, IDisposable Handler)> join)
    {
        if (!IPAddress.IsLoopback(address.Address)) throw new ArgumentException($"{address} is not an address of the loopback: replicas listen there only", nameof(address));
        (_identity, _limits, _observer, _join) = (identity, limits, observer, join);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(address);
        _socket.Listen(512);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Peers that have called and are connected.</summary>
    public IEnumerable<PeerId> Callers => _calls.Keys;

    public void Start() => _accepting = Task.Run(Accept);

    /// <summary>Sends to a peer on the connection that it called by.</summary>
    public bool TrySend(PeerId to, ReadOnlyMemory<byte> frame)
    {
        if (_calls.TryGetValue(to, out var call)) return call.Link.TrySend(frame);
        _observer.Dropped(to);
        return false;
    }

    private async Task Accept()
    {
        while (!_halt.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_halt.Token).ConfigureAwait(false);
                Begin(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // the caller was gone before it was taken, or there are no descriptors left for now
                await Task.Delay(10).ConfigureAwait(false);
            }
        }
    }

    private void Begin(Socket socket)
    {
        if (Interlocked.Increment(ref _unauthenticated) > _limits.Unauthenticated)
        {
            Interlocked.Decrement(ref _unauthenticated);
            _observer.Refused(TransportRefusal.TooManyConnections, Remote(socket));
            socket.Dispose();
            return;
        }

        var session = Task.Run(() => Session(socket));
        _sessions[session] = 0;
        session.ContinueWith(done => _sessions.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task Session(Socket socket)
    {
        var remote = Remote(socket);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_halt.Token);
        var authenticated = false;
        try
        {
            using var owned = socket;
            socket.NoDelay = true;
            end.CancelAfter(_limits.Handshake);
            await using var tls = new SslStream(new NetworkStream(socket));
            await using var reader = new FrameReader(tls);
            var peer = await _identity.Accept(tls, reader, end.Token).ConfigureAwait(false);
            end.CancelAfter(Timeout.InfiniteTimeSpan);
            authenticated = true;
            Interlocked.Decrement(ref _unauthenticated);
            await Serve(peer, tls, reader, end).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            _observer.Refused(e.Reason, remote);
        }
        catch (OperationCanceledException)
        {
            if (!authenticated && !_halt.IsCancellationRequested) _observer.Refused(TransportRefusal.HandshakeTimeout, remote);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // the other side went away
        }
        finally
        {
            if (!authenticated) Interlocked.Decrement(ref _unauthenticated);
        }
    }

    private async Task Serve(PeerId peer, SslStream tls, FrameReader reader, CancellationTokenSource end)
    {
        var call = new Call(new Link(peer, _limits, _observer), end);
        _calls.AddOrUpdate(peer, call, (_, old) =>
        {
            old.End.CancelAsync();
            return call;
        });
        var (handle, handler) = _join(peer);
        using var joined = handler;
        _observer.Opened(peer, outgoing: false);
        var reason = "closed";
        try
        {
            var largest = peer.Type == PeerType.Replica ? _limits.ReplicaFrame : _limits.ClientFrame;
            await await Task.WhenAny(call.Link.Pump(tls, end.Token), Receive(peer, reader, largest, handle, end.Token)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            reason = e.Message;
            throw;
        }
        finally
        {
            _calls.TryRemove(KeyValuePair.Create(peer, call));
            await end.CancelAsync().ConfigureAwait(false);
            _observer.Closed(peer, outgoing: false, reason);
        }
    }

    private async Task Receive(PeerId peer, FrameReader reader, int largest, FrameHandler handle, CancellationToken cancellation)
    {
        while (await reader.Read(largest, _limits.Stall, cancellation).ConfigureAwait(false) is { } frame)
        {
            _observer.Received(peer, frame.Length);
            await handle(frame, cancellation).ConfigureAwait(false);
        }
    }

    private static string Remote(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint?.ToString() ?? "unknown";
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return "unknown";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _halt.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_sessions.Keys).ConfigureAwait(false);
        _halt.Dispose();
    }
}
