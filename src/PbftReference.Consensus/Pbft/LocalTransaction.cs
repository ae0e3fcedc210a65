using PbftReference.Core.Types;

namespace PbftReference.Consensus.Pbft;

/// <summary>An operation that was handed to this replica by somebody without a client key (Fabric's transaction).</summary>
/// <param name="Id">Made up by whoever took it, to ask for its result by.</param>
/// <param name="Operation">The operation.</param>
public readonly record struct LocalTransaction(Guid Id, ReadOnlyMemory<byte> Operation)
{
    private const int IdSize = 16;

    /// <summary>As the payload of a message to the consenter.</summary>
    public byte[] Encode() => [.. Id.ToByteArray(bigEndian: true), .. Operation.Span];

    /// <summary>Reads such a payload.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static LocalTransaction Decode(ReadOnlyMemory<byte> payload) => payload.Length < IdSize
        ? throw new InvalidDataException($"a transaction begins with an id of {IdSize} bytes; this one has {payload.Length} bytes in all")
        : new LocalTransaction(new Guid(payload.Span[..IdSize], bigEndian: true), payload[IdSize..]);
}

/// <summary>Told what became of local transactions. Called on the consenter's thread.</summary>
public interface ITransactionObserver
{
    /// <summary>It has a place in the order of this replica's requests, and will be sent until it is executed.</summary>
    void Accepted(Guid id, Timestamp timestamp);

    /// <summary>It is executed.</summary>
    void Executed(Guid id, ReadOnlyMemory<byte> result);

    /// <summary>It was not taken: too many wait.</summary>
    void Rejected(Guid id, string reason);
}
