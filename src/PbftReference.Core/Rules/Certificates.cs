using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>
/// When a certificate of others is one. Signatures were checked at the edge; here it is the shape: members only, each once
/// (defect D9 of Fabric), a quorum of them, and parts that fit together.
/// </summary>
public static class Certificates
{
    /// <summary>A prepared certificate: a quorum, the primary of the view among it; a new-view is named except in view 0.</summary>
    public static bool IsValid(ClusterConfiguration configuration, PreparedCertificate certificate) =>
        certificate.View.Value >= 0
        && certificate.NewView.IsNone == (certificate.View.Value == 0)
        && IsQuorum(configuration, certificate.Votes)
        && Contains(certificate.Votes, configuration.PrimaryOf(certificate.View));

    /// <summary>A checkpoint certificate: a quorum at a multiple of K, or the genesis checkpoint.</summary>
    public static bool IsValid(ClusterConfiguration configuration, CheckpointCertificate certificate)
    {
        if (certificate.SequenceNumber.Value == 0)
        {
            return certificate.Votes.IsEmpty && certificate.StateDigest == State.StateDigests.Genesis(configuration);
        }

        return certificate.SequenceNumber.Value > 0
            && certificate.SequenceNumber.Value % configuration.CheckpointPeriod == 0
            && IsQuorum(configuration, certificate.Votes);
    }

    /// <summary>A commit proof: both certificates, about the same view, place and digest, and the batch of that digest.</summary>
    public static bool IsValid(ClusterConfiguration configuration, CommitProof proof) =>
        IsValid(configuration, proof.Prepared)
        && IsQuorum(configuration, proof.Commit.Votes)
        && proof.Prepared.View == proof.Commit.View
        && proof.Prepared.SequenceNumber == proof.Commit.SequenceNumber
        && proof.Prepared.BatchDigest == proof.Commit.BatchDigest
        && (proof.Batch?.Digest ?? Digest.None) == proof.Commit.BatchDigest;

    /// <summary>
    /// A view-change (section 4.4): a stable checkpoint with proof, and for places in (h, h+L], each once and ascending, prepared
    /// certificates of views before the one it asks for.
    /// </summary>
    public static bool IsValid(ClusterConfiguration configuration, ViewChange viewChange)
    {
        if (viewChange.NewView.Value < 1 || !IsValid(configuration, viewChange.Stable)) return false;
        var previous = viewChange.Stable.SequenceNumber;
        var high = previous + configuration.LogWindow;
        foreach (var certificate in viewChange.Prepared)
        {
            var fits = certificate.SequenceNumber > previous && certificate.SequenceNumber <= high && certificate.View < viewChange.NewView;
            if (!fits || !IsValid(configuration, certificate)) return false;
            previous = certificate.SequenceNumber;
        }

        return true;
    }

    private static bool IsQuorum(ClusterConfiguration configuration, ImmutableArray<Vote> votes)
    {
        var last = -1;
        foreach (var vote in votes)
        {
            if (vote.Replica.Value <= last || !configuration.IsMember(vote.Replica)) return false;
            last = vote.Replica.Value;
        }

        return Guard.Holds(GuardName.CertificateQuorum, votes.Length >= configuration.Quorum);
    }

    /// <summary>Whether a replica's vote is among these.</summary>
    internal static bool Contains(ImmutableArray<Vote> votes, ReplicaId replica)
    {
        foreach (var vote in votes)
        {
            if (vote.Replica == replica) return true;
        }

        return false;
    }
}
