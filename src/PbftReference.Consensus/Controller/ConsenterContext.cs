using PbftReference.Consensus.Helper;
using PbftReference.Consensus.Ledger;
using PbftReference.Consensus.Noops;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;

namespace PbftReference.Consensus.Controller;

/// <summary>What a consenter is made in.</summary>
/// <param name="Stack">The node; without a consenter yet.</param>
/// <param name="Genesis">The cluster.</param>
/// <param name="Self">This replica.</param>
/// <param name="Log">Where the replica's log is.</param>
/// <param name="Blocks">The replica's blocks.</param>
/// <param name="Clock">The clock.</param>
/// <param name="QueueRoom">How many events may wait before who sends them waits.</param>
/// <param name="Snapshots">When replica snapshots are taken.</param>
/// <param name="Noops">The noops plugin's settings.</param>
/// <param name="Faulted">Told of an exception that ended the consenter's thread.</param>
public sealed record ConsenterContext(
    ConsensusHelper Stack,
    Genesis Genesis,
    ReplicaId Self,
    IEventStore Log,
    BlockStore Blocks,
    IClock Clock,
    int QueueRoom,
    SnapshotPolicy Snapshots,
    NoopsSettings Noops,
    Action<Exception> Faulted)
{
    /// <summary>Sees every step; null for none.</summary>
    public IReplicaObserver? Observer { get; init; }

    /// <summary>Told what became of local transactions; null for nobody.</summary>
    public ITransactionObserver? Transactions { get; init; }

    /// <summary>Sees how the log is written; null for nobody.</summary>
    public ILogObserver? LogObserver { get; init; }
}
