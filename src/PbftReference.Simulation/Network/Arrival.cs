using PbftReference.Core.Types;

namespace PbftReference.Simulation.Network;

/// <summary>Where a frame comes from.</summary>
/// <param name="From">The replica that sent it; null for a client.</param>
/// <param name="Side">The side of the scripted partition within which it was sent, by a process that lives on one side only; null for any.</param>
public readonly record struct Arrival(ReplicaId? From, int? Side = null);
