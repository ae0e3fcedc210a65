using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Messages;
using PbftReference.Host.Events;

namespace PbftReference.Consensus.Noops;

/// <summary>A request came, its signature checked.</summary>
internal sealed record RequestEvent(Signed<Request> Request) : HostEvent;

/// <summary>A transaction was handed to this replica.</summary>
internal sealed record TransactionEvent(ConsenterMessage Message) : HostEvent;

/// <summary>A block has waited long enough.</summary>
internal sealed record BlockTimerEvent : HostEvent;
