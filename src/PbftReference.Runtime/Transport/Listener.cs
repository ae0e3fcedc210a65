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
    private readonly Lobby _lobby;
    private readonly CancellationTokenSource _halt = new();
    private readonly ConcurrentDictionary<PeerId, Call> _calls = new();
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();
    private Task _accepting = Task.CompletedTask;
    private volatile bool _closing;

    /// <exception cref="SocketException">The address is taken.</exception>
    public Listener(Identity identity, IPEndPoint address, TransportLimits limits, ITransportObserver observer, Func<PeerId, (FrameHandler Handle, IDisposable Handler)> join)
    {
        if (!IPAddress.IsLoopback(address.Address)) throw new ArgumentException($"{address} is not an address of the loopback: replicas listen there only", nameof(address));
        (_identity, _limits, _observer, _join) = (identity, limits, observer, join);
        _lobby = new Lobby(limits.Unauthenticated);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(address);
            _socket.Listen(512);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
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
        while (!_closing)
        {
            try
            {
                Begin(await _socket.AcceptAsync(_halt.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (_closing || e is OperationCanceledException or ObjectDisposedException)
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
        _lobby.Enter(socket);
        var session = Task.Run(() => Session(socket));
        _sessions[session] = 0;
        session.ContinueWith(done => _sessions.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task Session(Socket socket)
    {
        var remote = Remote(socket);
        var stage = Stage.Handshake;
        try
        {
            using var owned = socket;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_halt.Token);
            patience.CancelAfter(_limits.Handshake);
            socket.NoDelay = true;
            await using var tls = new SslStream(new NetworkStream(socket));
            await using var reader = new FrameReader(tls);
            var peer = await _identity.Accept(tls, reader, patience.Token).ConfigureAwait(false);
            stage = _lobby.Leave(socket) ? Stage.Member : Stage.ShownOut;
            if (stage == Stage.Member) await Serve(peer, tls, reader).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // whatever ends a connection ends that one alone; the observer is told what it was
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (stage == Stage.Handshake && !_lobby.Leave(socket)) stage = Stage.ShownOut;
            if (stage != Stage.ShownOut && Fault(e, stage) is { } fault) _observer.Refused(fault, remote);
        }

        if (stage == Stage.ShownOut) _observer.Refused(TransportRefusal.TooManyConnections, remote);
    }

    private TransportRefusal? Fault(Exception e, Stage stage) => e switch
    {
        RefusedException refused => refused.Reason,
        OperationCanceledException when stage == Stage.Handshake && !_halt.IsCancellationRequested => TransportRefusal.HandshakeTimeout,
        ObjectDisposedException or SocketException when stage == Stage.Handshake => TransportRefusal.Handshake,
        _ => null,
    };

    private async Task Serve(PeerId peer, SslStream tls, FrameReader reader)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_halt.Token);
        var (handle, handler) = _join(peer);
        using var joined = handler;
        var call = new Call(new Link(peer, _limits, _observer), end);
        Replace(peer, call);
        _observer.Opened(peer, outgoing: false);
        var reason = "closed";
        try
        {
            var largest = peer.Type == PeerType.Replica ? _limits.ReplicaFrame : _limits.ClientFrame;
            await Exchange.Run(call.Link, tls, stop => Receive(peer, reader, largest, handle, stop), end.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            reason = e.Message;
            throw;
        }
        finally
        {
            _calls.TryRemove(KeyValuePair.Create(peer, call));
            _observer.Closed(peer, outgoing: false, reason);
        }
    }

    private void Replace(PeerId peer, Call call)
    {
        Call? old;
        lock (_calls)
        {
            _calls.TryGetValue(peer, out old);
            _calls[peer] = call;
        }

        old?.HangUp();
        if (_closing) call.Link.Complete();
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

    /// <summary>Takes no further call, and ends each connection when what waits for it has left and the other side has hung up.</summary>
    public async Task Close()
    {
        _closing = true;
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (var call in _calls.Values) call.Link.Complete();
        await Task.WhenAll(_sessions.Keys).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _halt.CancelAsync().ConfigureAwait(false);
        await Close().ConfigureAwait(false);
        _halt.Dispose();
    }

    private enum Stage
    {
        Handshake,
        ShownOut,
        Member,
    }

    private sealed record Call(Link Link, CancellationTokenSource End)
    {
        public void HangUp()
        {
            try
            {
                End.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // it ended by itself
            }
        }
    }
}
