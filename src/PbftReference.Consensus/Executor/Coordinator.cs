using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Core.Messages;
using PbftReference.Host.Events;

namespace PbftReference.Consensus.Executor;

/// <summary>
/// Does what a consenter wants of the ledger on a thread of its own, in order: begin, execute, commit, roll back, take over a state.
/// A call never waits for the work before it, and each is answered exactly once.
/// </summary>
/// <remarks>
/// Fabric v0.6, <c>consensus/executor/executor.go</c>, <c>coordinatorImpl</c>. There a batch that was open when a state update began
/// leaves a flag behind, so that the next execution runs outside a batch, and after a failed update work is dropped without an answer
/// (D14); errors of the ledger are ignored. Here whether a batch is open is the ledger's to say, and what it cannot do stops the node.
/// </remarks>
public sealed class Coordinator : IExecutor, IEventReceiver
{
    private readonly BlockLedger _ledger;
    private readonly IExecutionConsumer _consumer;
    private readonly IEventManager _manager;
    private object? _batch;

    /// <summary>A coordinator that does not work yet.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="consumer">Told how work ended.</param>
    /// <param name="manager">Its own event manager; the coordinator becomes its receiver.</param>
    public Coordinator(BlockLedger ledger, IExecutionConsumer consumer, IEventManager manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        (_ledger, _consumer, _manager) = (ledger, consumer, manager);
        manager.SetReceiver(this);
    }

    /// <inheritdoc/>
    public void Start() => _manager.Start();

    /// <inheritdoc/>
    public void Halt() => _manager.Halt();

    /// <inheritdoc/>
    public void Execute(object tag, ImmutableArray<Request> requests) => _manager.Queue.Send(new ExecuteEvent(tag, requests));

    /// <inheritdoc/>
    public void Commit(object tag, ConsensusMetadata metadata) => _manager.Queue.Send(new CommitEvent(tag, metadata));

    /// <inheritdoc/>
    public void Rollback(object tag) => _manager.Queue.Send(new RollbackEvent(tag));

    /// <inheritdoc/>
    public void UpdateState(object tag, StateTarget target, IReadOnlyList<PeerId> peers) => _manager.Queue.Send(new StateUpdateEvent(tag, target));

    /// <inheritdoc/>
    public HostEvent? ProcessEvent(HostEvent hostEvent)
    {
        switch (hostEvent)
        {
            case ExecuteEvent e: Execute(e); break;
            case CommitEvent e: Commit(e); break;
            case RollbackEvent e: Rollback(e); break;
            case StateUpdateEvent e: UpdateState(e); break;
            default: throw new InvalidOperationException($"no handler for {hostEvent.GetType().Name}");
        }

        return null;
    }

    private void Execute(ExecuteEvent e)
    {
        if (_batch is null) _ledger.BeginTxBatch(_batch = e.Tag);
        _ledger.ExecTxs(_batch, e.Requests);
        _consumer.Executed(e.Tag);
    }

    private void Commit(CommitEvent e)
    {
        _ledger.CommitTxBatch(_batch ?? throw NothingOpen("committed", e.Tag), e.Metadata);
        _batch = null;
        _consumer.Committed(e.Tag, _ledger.GetBlockchainInfo());
    }

    private void Rollback(RollbackEvent e)
    {
        _ledger.RollbackTxBatch(_batch ?? throw NothingOpen("rolled back", e.Tag));
        _batch = null;
        _consumer.RolledBack(e.Tag);
    }

    private void UpdateState(StateUpdateEvent e)
    {
        _batch = null;
        BlockchainInfo? info;
        try
        {
            info = _ledger.Synchronise(e.Target);
        }
        catch (LedgerException)
        {
            info = null;
        }

        _consumer.StateUpdated(e.Tag, info);
    }

    private static LedgerException NothingOpen(string what, object tag) => new($"no batch is open that could be {what} for {tag}: execute something first");
}
