using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Tells whether two states are equal: states hold collections that compare by reference, so <c>==</c> does not.</summary>
public static class StateFingerprint
{
    /// <summary>SHA-256 of the state's encoding, the configuration apart.</summary>
    public static Digest Of(ReplicaState state) => Digest.Of(StateCodec.Encode(state));
}
