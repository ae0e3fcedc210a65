using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft;

/// <summary>What the PBFT plugin is made of.</summary>
/// <param name="Stack">The node.</param>
/// <param name="Genesis">The cluster.</param>
/// <param name="Recovered">The replica as its log tells it; its service is the stack's ledger's.</param>
/// <param name="Manager">The event manager; the consenter becomes its receiver.</param>
/// <param name="Clock">The clock of the timers.</param>
/// <param name="Snapshots">When replica snapshots are taken.</param>
/// <param name="Observer">Sees every step; null for none.</param>
/// <param name="Transactions">Told what became of local transactions; null for nobody.</param>
/// <param name="LogObserver">Sees how the log is written; null for nobody.</param>
public sealed record PbftParts(
    IStack Stack,
    Genesis Genesis,
    RecoveredReplica Recovered,
    IEventManager Manager,
    IClock Clock,
    SnapshotPolicy Snapshots,
    IReplicaObserver? Observer,
    ITransactionObserver? Transactions,
    ILogObserver? LogObserver);

/// <summary>Where a replica stands: what its event thread publishes for others to read.</summary>
/// <param name="State">The state after the last step.</param>
/// <param name="LogHead">Where the log ended after it.</param>
public sealed record Standing(ReplicaState State, LogPosition LogHead);

/// <summary>
/// The PBFT plugin: batching and agreement are Core's, which the replica host drives; here are its events, its execution through the
/// stack, its log on a thread of its own, and the transactions of this replica.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/pbft/batch.go</c>, <c>obcBatch</c>. Everything is in place before the event thread starts (D22).</remarks>
public sealed class PbftConsenter : IConsenter, IEventReceiver, ITransport, IReplicaBackground, IReplicaObserver, IDisposable
{
    private readonly PbftParts _parts;
    private readonly ExternalEventReceiver _outside;
    private readonly ReplicaHost _host;
    private readonly LogWriter _writer;
    private readonly LocalTransactions _local;
    private readonly IEventTimer _resubmission;
    private readonly Queue<MessageReceived> _own = [];
    private LogWrittenEvent? _written;
    private LogWrite? _writing;
    private bool _valid;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Standing _standing;

    /// <summary>A consenter that has not started.</summary>
    public PbftConsenter(PbftParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        var (genesis, self) = (parts.Genesis, parts.Recovered.State.Self);
        var verifier = new GroupVerifier(parts.Stack, genesis.Digest);
        _outside = new ExternalEventReceiver(parts.Manager.Queue, new MessageVerifier(verifier, genesis.Configuration), Drop);
        _standing = new Standing(parts.Recovered.State, parts.Recovered.Log.Head);
        _host = new ReplicaHost(new ReplicaParts(
            genesis, parts.Recovered.State, parts.Recovered.Log, parts.Recovered.Service, new GroupSigner(parts.Stack, genesis.Digest, self), verifier,
            this, this, parts.Manager, parts.Clock, this, parts.Snapshots));
        _local = new LocalTransactions(parts.Stack, new GroupSigner(parts.Stack, genesis.Digest, self), parts.Transactions);
        _resubmission = new EventTimerFactory(parts.Clock, parts.Manager).CreateTimer();
        _writer = new LogWriter(OnWritten, parts.LogObserver);
        parts.Manager.SetReceiver(this);
        parts.Stack.InvalidateState();
    }

    /// <summary>State and log after the last step, of one moment; may be read from any thread.</summary>
    public Standing Standing => _standing;

    /// <summary>The state after the last step; may be read from any thread.</summary>
    public ReplicaState State => _standing.State;

    /// <summary>Where the log ended after the last step; may be read from any thread.</summary>
    public LogPosition LogHead => _standing.LogHead;

    /// <summary>Starts the event thread. The stack must have its consenter by now.</summary>
    /// <param name="incarnation">A number used once, which fences other writers of the log.</param>
    public void Start(Digest incarnation)
    {
        _local.Resume(State);
        if (!_local.IsIdle) _parts.Manager.Queue.Send(new ResubmitEvent());
        _host.Start(incarnation);
        _started.SetResult();
    }

    /// <inheritdoc/>
    public async ValueTask RecvMsg(ConsenterMessage message, PeerId sender, CancellationToken cancellation = default)
    {
        // the start comes first in the queue: a replica refuses what comes before it
        if (!_started.Task.IsCompleted) await _started.Task.WaitAsync(cancellation).ConfigureAwait(false);
        await _outside.RecvMsg(message, sender, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Executed(object tag) => _outside.Executed(tag);

    /// <inheritdoc/>
    public void Committed(object tag, BlockchainInfo info) => _outside.Committed(tag, info);

    /// <inheritdoc/>
    public void RolledBack(object tag) => _outside.RolledBack(tag);

    /// <inheritdoc/>
    public void StateUpdated(object tag, BlockchainInfo? info) => _outside.StateUpdated(tag, info);

    /// <inheritdoc/>
    public HostEvent? ProcessEvent(HostEvent hostEvent)
    {
        // a write that has ended does not wait for its turn in a long queue
        if (Interlocked.Exchange(ref _written, null) is { } written) EndWrite(written);
        var next = Handle(hostEvent);
        SubmitOwn();
        return next;
    }

    private HostEvent? Handle(HostEvent hostEvent)
    {
        switch (hostEvent)
        {
            case BatchMessageEvent e: return ProcessMessage(e);
            case ExecutedEvent e: _parts.Stack.Commit(e.Tag, (ConsensusMetadata)e.Tag); return null;
            case CommittedEvent e: return new ExecDoneEvent((ConsensusMetadata)e.Tag);
            case ExecDoneEvent e: return new InputArrived(CompletionOf(e.Metadata));
            case StateUpdatedEvent e: return new InputArrived(InstallationOf((StateTarget)e.Tag, e.Info));
            case ResubmitEvent: Own(_local.Resubmit()); ArmResubmission(); return null;
            case LogWrittenEvent: return null;
            case RolledBackEvent e: throw new InvalidOperationException($"a rollback of {e.Tag} ended that PBFT did not ask for: what is agreed on is never undone");
            default: return _host.ProcessEvent(hostEvent);
        }
    }

    /// <summary>Fabric's <c>processMessage</c>.</summary>
    private InputArrived? ProcessMessage(BatchMessageEvent e)
    {
        if (e.Message.Type == ConsenterMessageType.Consensus) return new InputArrived(e.Checked!);
        var request = _local.Submit(e.Message.Payload, State);
        ArmResubmission();
        return request is null ? null : new InputArrived(request);
    }

    private ExecutionCompleted CompletionOf(ConsensusMetadata metadata)
    {
        var block = _parts.Stack.GetBlock(metadata.SequenceNumber)
            ?? throw new LedgerException($"the block of place {metadata.SequenceNumber} was committed and is not there");
        return new ExecutionCompleted(metadata.SequenceNumber, block.Results, block.StateDigest);
    }

    private StateInstalled InstallationOf(StateTarget target, BlockchainInfo? info)
    {
        // the pages were checked, one by one, against what a quorum signed: only a fault of this process can make taking them over fail
        if (info is null || _host.Service.CheckpointAt(target.SequenceNumber) is not { } kept)
        {
            throw new LedgerException($"the state of checkpoint {target.SequenceNumber} could not be taken over: restart the node, it fetches the state again");
        }

        return new StateInstalled(target.SequenceNumber, target.StateDigest, kept.Clients, kept.Service.Digest);
    }

    private void Own(IEnumerable<MessageReceived> requests)
    {
        foreach (var request in requests) _own.Enqueue(request);
    }

    private void SubmitOwn()
    {
        while (_own.TryDequeue(out var request)) _parts.Manager.Inject(new InputArrived(request));
    }

    private void ArmResubmission()
    {
        if (!_local.IsIdle) _resubmission.SoftReset(TimeSpan.FromMilliseconds(_parts.Genesis.Configuration.RequestTimeout), new ResubmitEvent());
    }

    /// <inheritdoc/>
    void IReplicaObserver.OnStep(ReplicaHost host, ReplicaState before, Step step)
    {
        _standing = new Standing(host.State, host.Log.Head);
        _parts.Observer?.OnStep(host, before, step);
        if (before.Execution != host.State.Execution || !_valid) Validate(host.State);
        if (!_local.IsIdle && before.LastExecuted != host.State.LastExecuted) Own(_local.OnExecuted(host.State));
    }

    /// <inheritdoc/>
    void IReplicaObserver.OnDropped(ReplicaHost host, DropReason reason) => Drop(reason);

    private void Drop(DropReason reason) => _parts.Observer?.OnDropped(_host, reason);

    /// <summary>While the state is fetched from others the ledger is behind and must not be asked.</summary>
    private void Validate(ReplicaState state)
    {
        var valid = state.Execution != ExecutionPhase.StateTransferring;
        if (valid == _valid) return;
        _valid = valid;
        if (valid) _parts.Stack.ValidateState();
        else _parts.Stack.InvalidateState();
    }

    /// <inheritdoc/>
    void ITransport.Send(ReplicaId to, byte[] frame) => _parts.Stack.Unicast(Consensus(frame), PeerId.Of(to));

    /// <inheritdoc/>
    void ITransport.Send(ClientId to, byte[] frame)
    {
        // what another replica's consenter asked for it learns from its own state
        if (!ConsenterClients.IsReplica(to)) _parts.Stack.Unicast(Consensus(frame), PeerId.Of(to));
    }

    /// <inheritdoc/>
    void ITransport.Broadcast(byte[] frame, ReplicaId self, int replicas) => _parts.Stack.Broadcast(Consensus(frame), PeerType.Replica);

    private static ConsenterMessage Consensus(byte[] frame) => new(ConsenterMessageType.Consensus, frame);

    /// <inheritdoc/>
    void IReplicaBackground.FlushSoon(ReplicaHost host)
    {
        if (_writing is not null || host.Log.BeginWrite() is not { } write) return;
        _writing = write;
        _writer.Write(write);
    }

    private void OnWritten(LogWrite write, Exception? failure)
    {
        var written = new LogWrittenEvent(write, failure);
        Volatile.Write(ref _written, written);
        _parts.Manager.Queue.Send(written);
    }

    private void EndWrite(LogWrittenEvent written)
    {
        _writing = null;
        _host.Log.EndWrite(written.Write);
        if (written.Failure is { } failure) throw failure;
        _host.OnDurable();
        if (_host.Log.PendingCount > 0) ((IReplicaBackground)this).FlushSoon(_host);
    }

    /// <inheritdoc/>
    void IReplicaBackground.ExecuteSoon(ReplicaHost host, Execute effect) =>
        _parts.Stack.Execute(new ConsensusMetadata(effect.SequenceNumber), effect.Requests);

    /// <inheritdoc/>
    Input? IReplicaBackground.Install(ReplicaHost host, InstallState effect)
    {
        var target = new StateTarget(effect.SequenceNumber, effect.StateDigest);
        _parts.Stack.UpdateState(target, target, []);
        return null;
    }

    /// <summary>Stops. Call it once the event thread has ended: what was decided and not written yet is written now, and nothing leaves any more.</summary>
    /// <exception cref="EventStoreException">The log cannot be written; what is missing is decided again after a restart.</exception>
    public void Dispose()
    {
        _host.Halt();
        _writer.Dispose();
        if (_writing is { } write) _host.Log.EndWrite(write);
        _writing = null;
        _host.Log.Flush();
    }
}
