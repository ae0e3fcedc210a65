using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>An event of the specification that a recorded event stands for. The hierarchy is closed.</summary>
/// <param name="Source">The recorded event.</param>
public abstract record ProjectedEvent(EventKind Source);

/// <summary>A message is taken into the replica's log.</summary>
/// <param name="Source">The recorded event.</param>
/// <param name="Message">The message.</param>
/// <param name="Statements">The signed statements in it; none of clients.</param>
public sealed record DeliverEvent(EventKind Source, SpecMessage Message, IReadOnlyList<DeliveredStatement> Statements) : ProjectedEvent(Source)
{
    /// <summary>Who sent or passed it on; null for a client's request and for a batch, which speak for themselves.</summary>
    public ReplicaId? From { get; init; }
}

/// <summary>The replica did something.</summary>
/// <param name="Source">The recorded event.</param>
/// <param name="Action">What.</param>
public sealed record ActEvent(EventKind Source, SpecAction Action) : ProjectedEvent(Source)
{
    /// <summary>A statement that the record says was sent; null if it says none.</summary>
    public SpecMessage? Claimed { get; init; }

    /// <summary>The digest of the view-change or new-view that the record says was sent.</summary>
    public Digest Whole { get; init; }

    /// <summary>What the record says of an execution.</summary>
    public BatchExecuted? Execution { get; init; }

    /// <summary>How many places the new-view that is entered fills with the null request.</summary>
    public int NullFills { get; init; }
}

/// <summary>The record says something that nothing in the log stands behind.</summary>
/// <param name="Source">The recorded event.</param>
/// <param name="Explanation">What.</param>
public sealed record BaselessEvent(EventKind Source, string Explanation) : ProjectedEvent(Source);
