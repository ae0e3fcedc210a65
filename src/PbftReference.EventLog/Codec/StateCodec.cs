using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// A replica's whole state as JSON, in the style of the log: for replica snapshots, for people, and for comparing states. Equal states
/// give equal bytes, and bytes that this wrote are read and written again byte for byte. The configuration is not part of it.
/// </summary>
public static class StateCodec
{
    private const string Document = "replica-state/1";

    /// <summary>The state as JSON in UTF-8.</summary>
    /// <exception cref="ArgumentException">The state is not one that folding makes: a place or a reply stands where it does not belong.</exception>
    public static byte[] Encode(ReplicaState state) => LogJsonWriter.Encode(state, StateJson.Write);

    /// <summary>Reads a state.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="configuration">The cluster's configuration, the same as when the state was written.</param>
    /// <param name="self">The replica whose state it must be.</param>
    /// <exception cref="LogFormatException">It is not a state's encoding, or is another replica's; names the field and the position.</exception>
    public static ReplicaState Decode(ReadOnlyMemory<byte> data, ClusterConfiguration configuration, ReplicaId self) =>
        LogJsonReader.Decode(Document, data, json => StateJson.Read(json, configuration, self));
}
