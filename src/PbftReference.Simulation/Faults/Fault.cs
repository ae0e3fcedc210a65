using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Faults;

/// <summary>Something that goes wrong at a moment.</summary>
/// <param name="At">When, in virtual milliseconds since the cluster's start; 0 and up.</param>
public abstract record Fault(long At);

/// <summary>For a while the network is not healthy.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Name">What it is counted as: loss, duplication or delay.</param>
/// <param name="Conditions">What the network does meanwhile.</param>
/// <param name="Lasts">For how many virtual milliseconds; 1 and up.</param>
public sealed record NetworkSpell(long At, string Name, NetworkConditions Conditions, long Lasts) : Fault(At);

/// <summary>For a while the network is cut into two sides that do not reach one another.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Side">The replicas of one side; the others are the other.</param>
/// <param name="Lasts">For how many virtual milliseconds; 1 and up.</param>
public sealed record NetworkPartition(long At, ImmutableArray<ReplicaId> Side, long Lasts) : Fault(At);

/// <summary>A replica's process dies, and is started again. One that does not run then is left alone.</summary>
/// <param name="At">When.</param>
/// <param name="Replica">Which.</param>
/// <param name="AfterWrites">Null: at that time. Otherwise as soon as it has done so many writes after that and is about to do another.</param>
/// <param name="Kept">How many of the records that it had not written yet its disk holds all the same: a torn write.</param>
/// <param name="Down">After how many virtual milliseconds it is started again; 1 and up.</param>
public sealed record ReplicaCrash(long At, ReplicaId Replica, int? AfterWrites, int Kept, long Down) : Fault(At);
