using PbftReference.Core.Types;

namespace PbftReference.Audit.Accountability;

/// <summary>Two logs in which a place holds different batches.</summary>
/// <param name="Place">The place.</param>
/// <param name="One">A replica.</param>
/// <param name="OneBatch">What it decided.</param>
/// <param name="Other">Another.</param>
/// <param name="OtherBatch">What that one decided.</param>
/// <param name="Missing">The new-views that the evidence about this place names and that no log has; empty if it is closed.</param>
public sealed record Conflict(SequenceNumber Place, ReplicaId One, Digest OneBatch, ReplicaId Other, Digest OtherBatch, IReadOnlyList<(Digest NewView, ReplicaId NamedBy)> Missing);

/// <summary>What an audit found. The rows of places may stand in a temporary file until the report is disposed of.</summary>
/// <param name="Accusations">What signed statements prove of whom: each offence of each accused once, with its first proof, by accused and offence.</param>
/// <param name="Conflicts">Where replicas decided differently, ascending.</param>
/// <param name="Places">What happened at each place, ascending.</param>
/// <param name="History">What happened with each view, as the logs tell it.</param>
/// <param name="Gaps">What the logs lack: replicas without a log, beginnings and ends that are missing, records that cannot be read.</param>
/// <param name="Statements">How many signed statements there were.</param>
/// <param name="Forged">Statements in logs whose signature does not hold: whoever wrote that log made them up.</param>
/// <param name="Records">How many records the logs have.</param>
public sealed record AuditReport(
    IReadOnlyList<Accusation> Accusations, IReadOnlyList<Conflict> Conflicts, PlaceRows Places, History History, IReadOnlyList<string> Gaps, long Statements, long Forged, long Records) : IDisposable
{
    /// <summary>How many statements about places were in memory at once, at most.</summary>
    public int HeldAtMost { get; init; }

    /// <summary>
    /// Those in whose logs no signature holds of those that were looked at, some from all over the log: the genesis is another cluster's, or the
    /// log is made up. Ascending; gaps at single places are not listed for them.
    /// </summary>
    public IReadOnlyList<ReplicaId> Foreign { get; init; } = [];

    /// <summary>Why the logs were read a second time, in words; null if they were read once.</summary>
    public string? WhyAgain { get; init; }

    /// <summary>Those who are proved guilty, ascending.</summary>
    public IReadOnlyList<ReplicaId> Guilty => [.. Accusations.Select(accusation => accusation.Accused).Distinct()];

    /// <summary>Whether replicas decided differently and the logs do not tell who is to blame.</summary>
    public bool IsUndetermined(int weakQuorum) => Conflicts.Count > 0 && Guilty.Count < weakQuorum;

    /// <inheritdoc/>
    public void Dispose() => Places.Dispose();
}

/// <summary>How far an audit is.</summary>
/// <param name="Reading">1, or 2 in the second reading.</param>
/// <param name="Records">How many records were read in it.</param>
public readonly record struct AuditProgress(int Reading, long Records);
