using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Host.Signing;

/// <summary>Signs as one replica. Only its owner holds it.</summary>
public interface ISigner
{
    /// <summary>The replica it signs as.</summary>
    ReplicaId Replica { get; }

    /// <summary>Signs a statement together with the place in the signer's own log at which it leaves.</summary>
    /// <param name="statement">Digest of the statement.</param>
    /// <param name="revision">Revision of the signer's stream.</param>
    /// <param name="chainHead">Hash of the record there.</param>
    Signature Sign(Digest statement, long revision, Digest chainHead);
}

/// <summary>
/// Signs many statements at the price of one: between <see cref="Open"/> and <see cref="Close"/> statements are only noted, and what
/// <see cref="ISigner.Sign"/> gives stands for nothing; afterwards it gives each noted statement its part of the common signature.
/// </summary>
public interface IGroupSigner : ISigner
{
    /// <summary>Begins to note statements; those noted before are forgotten.</summary>
    void Open();

    /// <summary>Signs all that was noted.</summary>
    void Close();
}

/// <summary>Checks signatures of replicas and clients.</summary>
public interface ISignatureVerifier
{
    /// <summary>Whether a replica signed a statement.</summary>
    bool IsSignedBy(ReplicaId replica, Digest statement, Signature signature);

    /// <summary>Whether a client signed a statement.</summary>
    bool IsSignedBy(ClientId client, Digest statement, Signature signature);
}

/// <summary>The bytes under a signature.</summary>
public static class SignedBytes
{
    /// <summary>
    /// Domain tag and genesis digest come first, so that nothing signed in one cluster means anything in another; then the statement, and
    /// the place in the signer's log.
    /// </summary>
    public static void Write(CanonicalWriter writer, Digest genesis, Digest statement, long revision, Digest chainHead) =>
        writer.Text("pbft-reference/signature/1").Digest(genesis).Digest(statement).Int64(revision).Digest(chainHead);
}
