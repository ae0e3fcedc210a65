using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;

namespace PbftReference.Consensus.Pbft;

/// <summary>The plugin <c>pbft</c>: recovers the replica from its log and gives it its thread.</summary>
/// <remarks>Fabric v0.6, <c>consensus/pbft/pbft.go</c>. The only mode is batch, as there.</remarks>
public sealed class PbftPlugin : IConsenterPlugin
{
    /// <summary>"pbft".</summary>
    public const string PluginName = "pbft";

    private readonly EventManager _manager;

    private PbftPlugin(PbftConsenter consenter, EventManager manager) => (Consenter, _manager) = (consenter, manager);

    /// <inheritdoc/>
    public string Name => PluginName;

    /// <summary>The consenter.</summary>
    public PbftConsenter Consenter { get; }

    /// <inheritdoc/>
    public int EventsWaiting => _manager.Waiting;

    /// <inheritdoc/>
    public long EventsHandled => _manager.Handled;

    /// <summary>Recovers the replica and makes its consenter.</summary>
    /// <exception cref="LedgerException">The ledger's blocks are of another log.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">The log cannot be read.</exception>
    /// <exception cref="Host.Replay.ReplayMismatchException">The service does not do again what is recorded.</exception>
    public static PbftPlugin Create(ConsenterContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var recovered = ReplicaRecovery.Recover(context.Log, context.Genesis, context.Self, context.Stack.Ledger);
        context.Stack.Ledger.Attach(recovered.Service);
        var manager = new EventManager(context.Faulted, context.QueueRoom, $"PBFT events {context.Self}");
        var consenter = new PbftConsenter(new PbftParts(
            context.Stack, context.Genesis, recovered, manager, context.Clock, context.Snapshots, context.Observer, context.Transactions, context.LogObserver));
        return new PbftPlugin(consenter, manager);
    }

    /// <inheritdoc/>
    public void Start(Digest incarnation) => Consenter.Start(incarnation);

    /// <inheritdoc/>
    public ValueTask RecvMsg(ConsenterMessage message, PeerId sender, CancellationToken cancellation = default) => Consenter.RecvMsg(message, sender, cancellation);

    /// <inheritdoc/>
    public void Executed(object tag) => Consenter.Executed(tag);

    /// <inheritdoc/>
    public void Committed(object tag, BlockchainInfo info) => Consenter.Committed(tag, info);

    /// <inheritdoc/>
    public void RolledBack(object tag) => Consenter.RolledBack(tag);

    /// <inheritdoc/>
    public void StateUpdated(object tag, BlockchainInfo? info) => Consenter.StateUpdated(tag, info);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _manager.Halt();
        await _manager.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Consenter.Dispose();
    }
}
