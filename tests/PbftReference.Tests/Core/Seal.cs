using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core;

/// <summary>
/// Fake signatures: a replica's is its number. What leaves a replica has its own signatures filled in, nested ones too, as the host does.
/// </summary>
internal static class Seal
{
    public static Signature Of(ReplicaId replica) => new(0, Digest.None, [(byte)(replica.Value + 1)]);

    public static Signature Of(ClientId client) => Signature.OfClient([0xc, (byte)client.Value]);

    /// <summary>The message as it leaves its sender; an unfilled signature of anybody else is a fault.</summary>
    public static Message Fill(Message message, ReplicaId sender) => message switch
    {
        ViewChange m => Fill(m, sender),
        NewView m => m with { ViewChanges = ImmutableArray.CreateRange(m.ViewChanges, vc => Fill(vc, sender)) },
        CommitProof m => m with
        {
            Prepared = Fill(m.Prepared, sender),
            Commit = m.Commit with { Votes = Fill(m.Commit.Votes, sender) },
        },
        StableProof m => m with { Certificate = Fill(m.Certificate, sender) },
        _ => message,
    };

    public static Signature Fill(Signature signature, ReplicaId owner, ReplicaId sender)
    {
        if (!signature.IsOwn) return signature;
        if (owner != sender) throw new InvalidOperationException($"replica {sender} sends an unsigned statement of replica {owner}");
        return Of(sender);
    }

    private static Signed<ViewChange> Fill(Signed<ViewChange> signed, ReplicaId sender) =>
        new(Fill(signed.Statement, sender), Fill(signed.Signature, signed.Statement.Replica, sender));

    private static ViewChange Fill(ViewChange m, ReplicaId sender) => m with
    {
        Stable = Fill(m.Stable, sender),
        Prepared = ImmutableArray.CreateRange(m.Prepared, certificate => Fill(certificate, sender)),
    };

    private static PreparedCertificate Fill(PreparedCertificate c, ReplicaId sender) => c with { Votes = Fill(c.Votes, sender) };

    private static CheckpointCertificate Fill(CheckpointCertificate c, ReplicaId sender) => c with { Votes = Fill(c.Votes, sender) };

    private static ImmutableArray<Vote> Fill(ImmutableArray<Vote> votes, ReplicaId sender) =>
        ImmutableArray.CreateRange(votes, vote => vote with { Signature = Fill(vote.Signature, vote.Replica, sender) });
}
