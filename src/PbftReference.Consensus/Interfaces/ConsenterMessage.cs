namespace PbftReference.Consensus.Interfaces;

/// <summary>What a message to a consenter is (Fabric's <c>pb.Message_Type</c>, as far as consenters see it).</summary>
public enum ConsenterMessageType
{
    /// <summary>Fabric's CHAIN_TRANSACTION: an operation that was handed to this very replica, by somebody without a client key.</summary>
    ChainTransaction = 1,

    /// <summary>Fabric's CONSENSUS: a message of the plugin's own protocol, from a peer.</summary>
    Consensus = 2,
}

/// <summary>A message to a consenter.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Payload">The operation, or the plugin's own bytes. Not changed after it is handed over.</param>
public readonly record struct ConsenterMessage(ConsenterMessageType Type, ReadOnlyMemory<byte> Payload);
