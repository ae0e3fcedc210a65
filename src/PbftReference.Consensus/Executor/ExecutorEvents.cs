using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Messages;
using PbftReference.Host.Events;

namespace PbftReference.Consensus.Executor;

/// <summary>Execute requests in the open batch (Fabric's <c>executeEvent</c>).</summary>
internal sealed record ExecuteEvent(object Tag, ImmutableArray<Request> Requests) : HostEvent;

/// <summary>Commit the open batch (Fabric's <c>commitEvent</c>).</summary>
internal sealed record CommitEvent(object Tag, ConsensusMetadata Metadata) : HostEvent;

/// <summary>Undo the open batch (Fabric's <c>rollbackEvent</c>).</summary>
internal sealed record RollbackEvent(object Tag) : HostEvent;

/// <summary>Take over another state (Fabric's <c>stateUpdateEvent</c>).</summary>
internal sealed record StateUpdateEvent(object Tag, StateTarget Target) : HostEvent;
