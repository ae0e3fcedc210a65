using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Inputs;
using PbftReference.EventLog.Log;
using PbftReference.Host.Events;

namespace PbftReference.Consensus.Pbft;

/// <summary>A message came in (Fabric's <c>batchMessageEvent</c>).</summary>
/// <param name="Message">The message.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="Checked">Of a message of the protocol: what is in it, its signatures checked on the connection's thread. Null otherwise.</param>
internal sealed record BatchMessageEvent(ConsenterMessage Message, PeerId Sender, MessageReceived? Checked) : HostEvent;

/// <summary>The requests of a batch are executed (Fabric's <c>executedEvent</c>).</summary>
internal sealed record ExecutedEvent(object Tag) : HostEvent;

/// <summary>The batch's block is committed (Fabric's <c>committedEvent</c>).</summary>
internal sealed record CommittedEvent(object Tag, BlockchainInfo Info) : HostEvent;

/// <summary>A batch was undone (Fabric's <c>rolledBackEvent</c>).</summary>
internal sealed record RolledBackEvent(object Tag) : HostEvent;

/// <summary>Another state was taken over, or not (Fabric's <c>stateUpdatedEvent</c>).</summary>
internal sealed record StateUpdatedEvent(object Tag, BlockchainInfo? Info) : HostEvent;

/// <summary>Execution of a batch is done; follows on <see cref="CommittedEvent"/> (Fabric's <c>execDoneEvent</c>).</summary>
internal sealed record ExecDoneEvent(ConsensusMetadata Metadata) : HostEvent;

/// <summary>Local transactions that are under way are sent again (Fabric's <c>resubmitOutstandingReqs</c>).</summary>
internal sealed record ResubmitEvent : HostEvent;

/// <summary>Records were written, or could not be.</summary>
internal sealed record LogWrittenEvent(LogWrite Write, Exception? Failure) : HostEvent;
