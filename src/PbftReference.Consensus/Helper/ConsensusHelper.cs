using System.Collections.Immutable;
using PbftReference.Consensus.Executor;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Events;

namespace PbftReference.Consensus.Helper;

/// <summary>
/// The node, as a consenter sees it: joins network, keys, ledger, executor and persistence to one <see cref="IStack"/>.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/helper/helper.go</c>.</remarks>
public sealed class ConsensusHelper : IStack
{
    private readonly INetworkStack _network;
    private readonly ISecurityUtils _security;
    private readonly IStatePersistor _persistor;
    private readonly IEventManager _executorManager;
    private Coordinator? _executor;
    private volatile bool _valid = true;

    /// <summary>Joins the parts.</summary>
    /// <param name="network">The network.</param>
    /// <param name="security">The keys.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="persistor">The persistence.</param>
    /// <param name="executorManager">The event manager of the executor's thread; not started.</param>
    public ConsensusHelper(INetworkStack network, ISecurityUtils security, BlockLedger ledger, IStatePersistor persistor, IEventManager executorManager)
    {
        (_network, _security, Ledger, _persistor, _executorManager) = (network, security, ledger, persistor, executorManager);
    }

    /// <summary>The ledger.</summary>
    public BlockLedger Ledger { get; }

    /// <summary>Whether the ledger may be asked: false while it is behind the others.</summary>
    public bool IsValid => _valid;

    private Coordinator Worker => _executor ?? throw new InvalidOperationException("the helper has no consenter yet: set one first");

    /// <summary>Gives it its consenter. Only then the executor starts, so that no answer is lost.</summary>
    /// <exception cref="InvalidOperationException">It has one.</exception>
    public void SetConsenter(IConsenter consenter)
    {
        if (_executor is not null) throw new InvalidOperationException("the helper has a consenter already");
        _executor = new Coordinator(Ledger, consenter, _executorManager);
        _executor.Start();
    }

    /// <inheritdoc/>
    public NetworkHandles GetNetworkHandles() => _network.GetNetworkHandles();

    /// <inheritdoc/>
    public NetworkInfo GetNetworkInfo() => _network.GetNetworkInfo();

    /// <inheritdoc/>
    public void Broadcast(ConsenterMessage message, PeerType type) => _network.Broadcast(message, type);

    /// <inheritdoc/>
    public void Unicast(ConsenterMessage message, PeerId receiver) => _network.Unicast(message, receiver);

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> message) => _security.Sign(message);

    /// <inheritdoc/>
    public bool Verify(PeerId peer, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message) => _security.Verify(peer, signature, message);

    /// <summary>Nothing: the helper starts the executor itself, as in Fabric.</summary>
    public void Start()
    {
    }

    /// <summary>Stops the executor.</summary>
    public void Halt() => _executor?.Halt();

    /// <inheritdoc/>
    public void Execute(object tag, ImmutableArray<Request> requests) => Worker.Execute(tag, requests);

    /// <inheritdoc/>
    public void Commit(object tag, ConsensusMetadata metadata) => Worker.Commit(tag, metadata);

    /// <inheritdoc/>
    public void Rollback(object tag) => Worker.Rollback(tag);

    /// <inheritdoc/>
    public void UpdateState(object tag, StateTarget target, IReadOnlyList<PeerId> peers) => Worker.UpdateState(tag, target, peers);

    /// <inheritdoc/>
    public void BeginTxBatch(object id) => Ledger.BeginTxBatch(id);

    /// <inheritdoc/>
    public ExecutionResult ExecTxs(object id, ImmutableArray<Request> requests) => Ledger.ExecTxs(id, requests);

    /// <inheritdoc/>
    public Block CommitTxBatch(object id, ConsensusMetadata metadata) => Ledger.CommitTxBatch(id, metadata);

    /// <inheritdoc/>
    public void RollbackTxBatch(object id) => Ledger.RollbackTxBatch(id);

    /// <inheritdoc/>
    public BlockchainInfo PreviewCommitTxBatch(object id, ConsensusMetadata metadata) => Ledger.PreviewCommitTxBatch(id, metadata);

    /// <inheritdoc/>
    public void InvalidateState() => _valid = false;

    /// <inheritdoc/>
    public void ValidateState() => _valid = true;

    /// <inheritdoc/>
    public Block? GetBlock(SequenceNumber n) => Ledger.GetBlock(n);

    /// <inheritdoc/>
    public long GetBlockchainSize() => Ledger.GetBlockchainSize();

    /// <inheritdoc/>
    public BlockchainInfo GetBlockchainInfo() => Ledger.GetBlockchainInfo();

    /// <inheritdoc/>
    public byte[] GetBlockchainInfoBlob() => Ledger.GetBlockchainInfoBlob();

    /// <inheritdoc/>
    public ConsensusMetadata GetBlockHeadMetadata() => Ledger.GetBlockHeadMetadata();

    /// <inheritdoc/>
    public void StoreState(string key, ReadOnlySpan<byte> value) => _persistor.StoreState(key, value);

    /// <inheritdoc/>
    public byte[]? ReadState(string key) => _persistor.ReadState(key);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, byte[]>> ReadStateSet(string prefix) => _persistor.ReadStateSet(prefix);

    /// <inheritdoc/>
    public void DelState(string key) => _persistor.DelState(key);
}
