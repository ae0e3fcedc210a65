using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Bisecting;

/// <summary>A step, and what it led to.</summary>
/// <param name="Step">The step; null for a record that is none.</param>
/// <param name="After">The replica's state after it.</param>
/// <param name="Disagreement">Where this step decided another batch than a replica had before; null if it did not.</param>
internal readonly record struct Moment(Step? Step, ReplicaState After, Disagreement? Disagreement);

/// <summary>Two replicas decided differently.</summary>
/// <param name="Place">The place.</param>
/// <param name="Digest">What this replica decided.</param>
/// <param name="Other">The replica that had decided before.</param>
/// <param name="OtherDigest">What it had decided.</param>
internal sealed record Disagreement(SequenceNumber Place, Digest Digest, ReplicaId Other, Digest OtherDigest);
