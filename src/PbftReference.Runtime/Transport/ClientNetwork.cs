using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Membership;

namespace PbftReference.Runtime.Transport;

/// <summary>A client in the network: calls every replica, sends requests and gets replies.</summary>
public sealed class ClientNetwork : IClientLink, IAsyncDisposable
{
    private readonly ImmutableArray<Caller> _callers;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _halt = new();
    private readonly ImmutableArray<Task> _calling;
    private FrameHandler? _receive;
    private bool _disposed;

    /// <summary>Begins to call.</summary>
    /// <param name="identity">Who this is.</param>
    /// <param name="members">All members.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="observer">Sees what happens.</param>
    public ClientNetwork(Identity identity, ClusterMembers members, TransportLimits limits, ITransportObserver observer)
    {
        ArgumentNullException.ThrowIfNull(members);
        _callers = [.. members.Replicas.Select(r => new Caller(new Link(PeerId.Of(r.Id), limits, observer), identity, r.Address, limits, observer, Receive))];
        _calling = [.. _callers.Select(caller => Task.Run(() => caller.Run(_closing.Token, _halt.Token)))];
    }

    /// <summary>Replicas that it can send to now.</summary>
    public int Connected => _callers.Count(caller => caller.IsConnected);

    /// <summary>Names who takes what comes; before, it is dropped.</summary>
    public void SetReceiver(FrameHandler receive) => Volatile.Write(ref _receive, receive);

    /// <inheritdoc/>
    public bool TrySend(ReplicaId to, ReadOnlyMemory<byte> frame) => _callers[to.Value].Link.TrySend(frame);

    private ValueTask Receive(ReadOnlyMemory<byte> frame, CancellationToken cancellation) => Volatile.Read(ref _receive)?.Invoke(frame, cancellation) ?? default;

    /// <summary>Takes no further frame, lets what waits for connected replicas leave, and hangs up.</summary>
    /// <param name="patience">After that long it hangs up in any case.</param>
    public async Task Close(TimeSpan patience)
    {
        foreach (var caller in _callers) caller.Link.Complete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_calling), Task.Delay(patience)).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hangs up; what waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _halt.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_calling).ConfigureAwait(false);
        _closing.Dispose();
        _halt.Dispose();
    }
}
