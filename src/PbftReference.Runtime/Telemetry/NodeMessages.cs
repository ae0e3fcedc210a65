using Microsoft.Extensions.Logging;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Events;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Telemetry;

/// <summary>What a node says to people. The numbers are listed in docs/operations.md and never change.</summary>
/// <param name="logger">Where it goes.</param>
public sealed partial class NodeMessages(ILogger logger)
{
    /// <summary>The node runs.</summary>
    [LoggerMessage(1, LogLevel.Information, "replica {Replica} of cluster {Cluster} runs plugin {Plugin} on {Address}, http on {Http}")]
    public partial void Started(int replica, string cluster, string plugin, string address, string http);

    /// <summary>The node ends.</summary>
    [LoggerMessage(2, LogLevel.Information, "stopping: {Reason}")]
    public partial void Stopping(string reason);

    /// <summary>A thread died.</summary>
    [LoggerMessage(3, LogLevel.Critical, "the node cannot go on")]
    public partial void Faulted(Exception fault);

    /// <summary>A setting's note.</summary>
    [LoggerMessage(4, LogLevel.Warning, "{Note}")]
    public partial void SettingNote(string note);

    /// <summary>The log was folded.</summary>
    [LoggerMessage(5, LogLevel.Information, "recovered: view {View}, executed {Executed}, log at revision {Revision}")]
    public partial void Recovered(long view, long executed, long revision);

    /// <summary>The cluster is one for measurements.</summary>
    [LoggerMessage(6, LogLevel.Warning, "signatures are off in this cluster: nobody in it may be faulty, and nothing that it records is evidence")]
    public partial void WithoutSignatures();

    /// <summary>The replica wants a new view.</summary>
    [LoggerMessage(10, LogLevel.Warning, "asks for view {View}: {Reason}")]
    public partial void ViewChangeSent(long view, ViewChangeReason reason);

    /// <summary>The replica entered a view.</summary>
    [LoggerMessage(11, LogLevel.Information, "entered view {View}, primary {Primary}")]
    public partial void ViewEntered(long view, int primary);

    /// <summary>A checkpoint became stable.</summary>
    [LoggerMessage(12, LogLevel.Debug, "checkpoint {SequenceNumber} is stable")]
    public partial void CheckpointStable(long sequenceNumber);

    /// <summary>The replica fetches a state.</summary>
    [LoggerMessage(13, LogLevel.Warning, "is behind: fetches the state of checkpoint {SequenceNumber}")]
    public partial void TransferStarted(long sequenceNumber);

    /// <summary>The replica has a fetched state.</summary>
    [LoggerMessage(14, LogLevel.Information, "took over the state of checkpoint {SequenceNumber}")]
    public partial void TransferCompleted(long sequenceNumber);

    /// <summary>Another replica is caught.</summary>
    [LoggerMessage(15, LogLevel.Error, "replica {Accused} signed what no correct replica signs: the evidence is in the log")]
    public partial void EvidenceKept(int accused);

    /// <summary>The replica stops itself.</summary>
    [LoggerMessage(16, LogLevel.Critical, "halted: {Contradiction}. Its log is not the one that it signed from: restore the right one, or take the replica out of service")]
    public partial void Halted(string contradiction);

    /// <summary>The log could not be written.</summary>
    [LoggerMessage(20, LogLevel.Error, "the log cannot be written, nothing leaves this replica until it can")]
    public partial void LogRetrying(EventStoreException failure);

    /// <summary>A block could not be committed.</summary>
    [LoggerMessage(21, LogLevel.Error, "a block could not be committed; its transactions wait on")]
    public partial void CommitFailed(Exception failure);

    /// <summary>A connection stands.</summary>
    [LoggerMessage(30, LogLevel.Information, "{Direction} {Peer}")]
    public partial void Connected(PeerId peer, string direction);

    /// <summary>A connection ended.</summary>
    [LoggerMessage(31, LogLevel.Information, "connection {Direction} {Peer} ended: {Reason}")]
    public partial void Disconnected(PeerId peer, string direction, string reason);

    /// <summary>A connection was refused.</summary>
    [LoggerMessage(32, LogLevel.Warning, "refused {Remote}: {Reason}; {Unsaid} more for this reason since it was last said")]
    public partial void Refused(TransportRefusal reason, string remote, long unsaid);
}
