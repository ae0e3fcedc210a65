using System.Collections.Concurrent;
using System.Collections.Immutable;
using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Helper;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Consensus.Noops;
using PbftReference.Consensus.Pbft;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;

namespace PbftReference.Tests.Consensus;

/// <summary>
/// Whole stacks in one process: real consenters on real threads and clocks, joined by a network that hands frames over at once. A test
/// waits for what must happen, never for a time.
/// </summary>
internal sealed class TestStacks : IAsyncDisposable, ITransactionObserver
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TestKeys _keys = new();
    private readonly ConcurrentQueue<Exception> _faults = [];
    private readonly ConcurrentDictionary<(ClientId Client, Timestamp Timestamp), ConcurrentDictionary<int, string>> _replies = [];
    private readonly ConcurrentDictionary<Guid, string> _transactions = [];
    private readonly string _plugin;

    public TestStacks(int replicas = 4, string plugin = "pbft", ClusterConfiguration? configuration = null, NoopsSettings? noops = null)
    {
        _plugin = plugin;
        Noops = noops ?? new NoopsSettings(500, TimeSpan.FromMilliseconds(1));
        var service = new LedgerService();
        Genesis = new PbftReference.Host.Genesis(
            "test",
            ((configuration ?? new ClusterConfiguration { BatchTimeout = 5 }) with { Replicas = replicas, Faults = (replicas - 1) / 3, InitialServiceDigest = service.Digest }).Validate(),
            LedgerService.ServiceName,
            Digest.Of([1, 2, 3]));
        Nodes = [.. Enumerable.Range(0, replicas).Select(i => new TestNode(this, new ReplicaId(i)))];
    }

    public PbftReference.Host.Genesis Genesis { get; }

    public NoopsSettings Noops { get; }

    public ImmutableArray<TestNode> Nodes { get; }

    public IReadOnlyDictionary<Guid, string> Transactions => _transactions;

    public void StartAll()
    {
        foreach (var node in Nodes) node.Start();
    }

    /// <summary>Sends a client's request to some replicas.</summary>
    public async Task Send(long client, long timestamp, string operation, params int[] replicas)
    {
        var request = new Request(new ClientId(client), new Timestamp(timestamp), [.. System.Text.Encoding.UTF8.GetBytes(operation)]);
        var signer = new GroupSigner(_keys.Of(PeerId.Of(request.Client)), Genesis.Digest, default);
        var frame = WireFormat.Encode(request, signer.Sign(request.StatementDigest, -1, Digest.None));
        foreach (var i in replicas) await Nodes[i].Hand(frame, PeerId.Of(request.Client));
    }

    /// <summary>Waits for f+1 equal replies.</summary>
    public async Task<string> Result(long client, long timestamp)
    {
        string? result = null;
        await Until($"f+1 replies to c{client}:{timestamp}", () =>
        {
            if (!_replies.TryGetValue((new ClientId(client), new Timestamp(timestamp)), out var replies)) return false;
            result = replies.Values.GroupBy(r => r).Where(g => g.Count() >= Genesis.Configuration.WeakQuorum).Select(g => g.Key).FirstOrDefault();
            return result is not null;
        });
        return result!;
    }

    public async Task Until(string what, Func<bool> holds)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            if (_faults.TryPeek(out var fault)) throw new InvalidOperationException("a thread of the stack died", fault);
            if (waited.Elapsed > Patience) throw new TimeoutException($"in vain: {what}");
            await Task.Delay(2);
        }
    }

    internal void Deliver(PeerId from, PeerId to, ReadOnlyMemory<byte> frame)
    {
        if (to.Type == PeerType.Client) Collect(frame);
        else _ = Nodes[to.Replica.Value].Hand(frame, from);
    }

    private void Collect(ReadOnlyMemory<byte> frame)
    {
        var reply = (Reply)WireFormat.Decode(frame.Span).Statement;
        _replies.GetOrAdd((reply.Client, reply.Timestamp), _ => [])[reply.Replica.Value] = System.Text.Encoding.UTF8.GetString(reply.Result.AsSpan());
    }

    internal ISecurityUtils KeysOf(ReplicaId replica) => _keys.Of(PeerId.Of(replica));

    internal void Fault(Exception fault) => _faults.Enqueue(fault);

    void ITransactionObserver.Accepted(Guid id, Timestamp timestamp)
    {
    }

    void ITransactionObserver.Executed(Guid id, ReadOnlyMemory<byte> result) => _transactions[id] = System.Text.Encoding.UTF8.GetString(result.Span);

    void ITransactionObserver.Rejected(Guid id, string reason) => _transactions[id] = $"rejected: {reason}";

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.Stop();
        _keys.Dispose();
        if (_faults.TryPeek(out var fault)) throw new InvalidOperationException("a thread of the stack died", fault);
    }

    /// <summary>One replica: its disk stays when it is stopped.</summary>
    internal sealed class TestNode(TestStacks stacks, ReplicaId self) : INetworkStack
    {
        public InMemoryEventStore Log { get; } = new();

        public IEventStore Blocks { get; private set; } = new InMemoryEventStore();

        public Engine? Engine { get; private set; }

        public ConsensusHelper Stack { get; private set; } = null!;

        /// <summary>What it sends and what comes for it is lost.</summary>
        public bool IsCutOff { get; set; }

        public PbftConsenter Consenter => ((PbftPlugin)Engine!.Consenter).Consenter;

        private readonly ConcurrentDictionary<PeerId, ConsensusHandler> _handlers = [];

        /// <summary>Counts what is scheduled on it.</summary>
        public CountingClock Clock { get; } = new();

        public void Start()
        {
            Make();
            Begin();
        }

        /// <summary>Starts what was made.</summary>
        public void Begin() => Engine!.Start(Digest.Of(Guid.NewGuid().ToByteArray()));

        /// <summary>Makes the stack; nothing runs but its executor.</summary>
        public void Make()
        {
            var blocks = new BlockStore(Blocks, stacks.Genesis.Cluster, self);
            var ledger = new BlockLedger(blocks, stacks.Genesis);
            Stack = new ConsensusHelper(this, stacks.KeysOf(self), ledger, new StatePersistor(Log, stacks.Genesis.Cluster, self), new EventManager(stacks.Fault, name: $"executor {self}"));
            Engine = new Engine(
                stacks._plugin,
                new ConsenterContext(Stack, stacks.Genesis, self, Log, blocks, Clock, 1024, new SnapshotPolicy(), stacks.Noops, stacks.Fault) { Transactions = stacks },
                1000);
        }

        public async Task Stop()
        {
            if (Engine is { } engine) await engine.DisposeAsync();
            Engine = null;
            _handlers.Clear();
        }

        /// <summary>The file of blocks is lost.</summary>
        public void LoseBlocks() => Blocks = new InMemoryEventStore();

        /// <summary>Keeps its blocks elsewhere.</summary>
        public void UseBlocks(IEventStore store) => Blocks = store;

        public async Task Hand(ReadOnlyMemory<byte> frame, PeerId from)
        {
            if (Engine is not { } engine || IsCutOff) return;
            try
            {
                await _handlers.GetOrAdd(from, engine.NewHandler).HandleMessage(frame, CancellationToken.None);
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                // it is stopping
            }
        }

        void ICommunicator.Broadcast(ConsenterMessage message, PeerType type)
        {
            for (var to = 0; to < stacks.Nodes.Length; to++)
            {
                if (to != self.Value) ((ICommunicator)this).Unicast(message, PeerId.Of(new ReplicaId(to)));
            }
        }

        void ICommunicator.Unicast(ConsenterMessage message, PeerId receiver)
        {
            if (!IsCutOff) stacks.Deliver(PeerId.Of(self), receiver, message.Payload);
        }

        NetworkHandles IInquirer.GetNetworkHandles() => new(PeerId.Of(self), [.. stacks.Nodes.Select((_, i) => PeerId.Of(new ReplicaId(i)))]);

        NetworkInfo IInquirer.GetNetworkInfo() => throw new NotSupportedException("there are no addresses");
    }
}
