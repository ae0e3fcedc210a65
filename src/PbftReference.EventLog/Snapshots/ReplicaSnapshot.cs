using PbftReference.Core.State;
using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Snapshots;

/// <summary>A snapshot that its replica's stream confirms.</summary>
/// <param name="Taken">What the stream says of it; the records after <see cref="SnapshotTaken.Position"/> are to be folded on it.</param>
/// <param name="State">The replica's state at that position.</param>
/// <param name="Pages">The checkpoint from which the service goes on.</param>
public sealed record ReplicaSnapshot(SnapshotTaken Taken, ReplicaState State, CheckpointPages Pages);
