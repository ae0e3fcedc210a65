using System.Collections.Concurrent;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>One replica's end of a network, with all that it saw.</summary>
internal sealed class TestEnd : ITransportObserver, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Func<PeerId, CancellationToken, ValueTask>? _consume;
    private int _dropped;

    /// <param name="cluster">The members.</param>
    /// <param name="replica">Which this is.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="consume">Takes its time for a frame; null takes none.</param>
    public TestEnd(TestCluster cluster, int replica, TransportLimits? limits = null, Func<PeerId, CancellationToken, ValueTask>? consume = null)
    {
        _consume = consume;
        Network = new PeerNetwork(cluster.IdentityOf(PeerId.Of(new ReplicaId(replica))), cluster.Members, null, limits ?? new TransportLimits(), this, Join);
        Network.Start();
    }

    public PeerNetwork Network { get; }

    public ConcurrentQueue<(PeerId From, byte[] Frame)> Frames { get; } = [];

    public ConcurrentQueue<TransportRefusal> Refusals { get; } = [];

    public ConcurrentDictionary<PeerId, int> Opened { get; } = [];

    public ConcurrentQueue<string> Closed { get; } = [];

    public int Dropped => Volatile.Read(ref _dropped);

    public void Send(int to, params byte[] frame) => Network.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, frame), PeerId.Of(new ReplicaId(to)));

    public int FramesFrom(PeerId peer) => Frames.Count(f => f.From == peer);

    public static async Task Until(string what, Func<bool> holds)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waited.Elapsed < Patience, $"in vain: {what}");
            await Task.Delay(2);
        }
    }

    private (FrameHandler Handle, IDisposable Handler) Join(PeerId peer) => (
        async (frame, cancellation) =>
        {
            if (_consume is not null) await _consume(peer, cancellation);
            Frames.Enqueue((peer, frame.ToArray()));
        },
        new MemoryStream());

    void ITransportObserver.Opened(PeerId peer, bool outgoing) => Opened.AddOrUpdate(peer, 1, (_, count) => count + 1);

    void ITransportObserver.Closed(PeerId peer, bool outgoing, string reason) => Closed.Enqueue(reason);

    void ITransportObserver.Refused(TransportRefusal reason, string remote) => Refusals.Enqueue(reason);

    void ITransportObserver.Dropped(PeerId peer) => Interlocked.Increment(ref _dropped);

    void ITransportObserver.Sent(PeerId peer, int bytes)
    {
    }

    void ITransportObserver.Received(PeerId peer, int bytes)
    {
    }

    public ValueTask DisposeAsync() => Network.DisposeAsync();
}
