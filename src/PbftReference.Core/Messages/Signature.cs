using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>
/// A signature, opaque to Core: the edge checked it before the message came in. It binds a statement to its signer, and to the
/// place in the signer's own log at which the statement left (revision and chain head), which turns a private log into evidence.
/// </summary>
/// <param name="Revision">Revision of the signer's stream when the statement left; -1 for a client, which has no stream.</param>
/// <param name="ChainHead">Hash of the record at that revision; <see cref="Digest.None"/> for a client.</param>
/// <param name="Bytes">The scheme's bytes. Empty: not signed yet, so a statement of the replica itself.</param>
public sealed record Signature(long Revision, Digest ChainHead, ImmutableArray<byte> Bytes)
{
    /// <summary>The place of a replica's own signature in its own state: it signs only what leaves, after the append.</summary>
    public static Signature Own { get; } = new(-1, Digest.None, []);

    /// <summary>Whether this stands for a signature that is still to be made.</summary>
    public bool IsOwn => Bytes.IsDefaultOrEmpty;

    /// <summary>A client's signature.</summary>
    public static Signature OfClient(ImmutableArray<byte> bytes) => new(-1, Digest.None, bytes);

    /// <inheritdoc/>
    public bool Equals(Signature? other) =>
        other is not null && Revision == other.Revision && ChainHead == other.ChainHead && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Revision.GetHashCode();
}

/// <summary>A statement with its signer's signature.</summary>
/// <typeparam name="T">The statement's type.</typeparam>
/// <param name="Statement">What is signed.</param>
/// <param name="Signature">The signature.</param>
public sealed record Signed<T>(T Statement, Signature Signature)
    where T : Message;

/// <summary>One signer's part in a certificate.</summary>
/// <param name="Replica">The signer.</param>
/// <param name="Signature">Its signature of the statement that the certificate stands for.</param>
public sealed record Vote(ReplicaId Replica, Signature Signature);
