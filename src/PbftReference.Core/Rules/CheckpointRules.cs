using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>Checkpoints, watermarks and garbage collection (paper section 4.3).</summary>
internal static class CheckpointRules
{
    /// <summary>
    /// Section 4.3: after every K-th sequence number a replica signs for its state. It never signs two for one number. One that reaches
    /// its stable checkpoint late signs too: then it can serve it to others, and a state that differs from the certified one is noticed.
    /// The checkpoint is taken before the service is given the next batch; afterwards its state would be gone.
    /// </summary>
    public static void SendCheckpoint(Turn turn)
    {
        var state = turn.State;
        var n = state.LastExecuted;
        if (n.Value == 0 || n < state.Low || n.Value % state.Configuration.CheckpointPeriod != 0) return;
        if (OwnAt(state, n) is not null) return;
        var digest = StateDigests.Of(n, state.Clients.PageDigests().AsSpan(), state.ServiceDigest);
        turn.Emit(new CheckpointSent(n, digest));
        turn.Do(new TakeCheckpoint(n, digest, state.Clients));
        turn.Multicast(new Checkpoint(n, digest, state.Self));
    }

    /// <summary>What this replica signed for n.</summary>
    public static Digest? OwnAt(ReplicaState state, SequenceNumber n)
    {
        foreach (var own in state.OwnCheckpoints)
        {
            if (own.SequenceNumber == n) return own.StateDigest;
        }

        return null;
    }

    /// <summary>
    /// Section 4.3: another replica's checkpoint above h is kept, one for each sequence number. Of those beyond H only the latest of
    /// each replica, so that liars cannot fill the memory; differing digests harm nobody (defect D1 of Fabric).
    /// </summary>
    public static void OnCheckpoint(Turn turn, Checkpoint m, Signature signature)
    {
        var state = turn.State;
        if (m.SequenceNumber.Value % state.Configuration.CheckpointPeriod != 0) turn.Refuse(Refusal.NotACheckpoint);
        else if (m.SequenceNumber <= state.Low) turn.Refuse(Refusal.NotNeeded);
        else if (m.Replica == state.Self) turn.Refuse(Refusal.Duplicate);
        else KeepCheckpoint(turn, m, signature);
    }

    private static void KeepCheckpoint(Turn turn, Checkpoint m, Signature signature)
    {
        foreach (var kept in turn.State.Checkpoints)
        {
            if (kept.Statement.Replica != m.Replica) continue;
            if (kept.Statement.SequenceNumber == m.SequenceNumber)
            {
                var same = kept.Statement.StateDigest == m.StateDigest;
                turn.Refuse(same ? Refusal.Duplicate : Refusal.ConflictingVote);
                if (!same) AgreementRules.KeepEvidence(turn, m.Replica);
                return;
            }

            if (m.SequenceNumber > turn.State.High && kept.Statement.SequenceNumber > m.SequenceNumber)
            {
                turn.Refuse(Refusal.NotNeeded);
                return;
            }
        }

        turn.Emit(new CheckpointAccepted(m, signature));
    }

    /// <summary>A certificate for a checkpoint that this replica may not have reached.</summary>
    public static void OnStableProof(Turn turn, StableProof m)
    {
        var state = turn.State;
        if (m.Certificate.SequenceNumber <= state.Low) turn.Refuse(Refusal.NotNeeded);
        else if (!Certificates.IsValid(state.Configuration, m.Certificate)) turn.Refuse(Refusal.InvalidCertificate);
        else if (!Learn(turn, m.Certificate)) turn.Refuse(Refusal.Duplicate);
    }

    /// <summary>Keeps a valid certificate if it is later than what is known.</summary>
    public static bool Learn(Turn turn, CheckpointCertificate certificate)
    {
        var state = turn.State;
        var known = state.KnownStable?.SequenceNumber ?? state.Low;
        if (certificate.SequenceNumber <= known) return false;
        turn.Emit(new StableProofAccepted(certificate));
        return true;
    }

    /// <summary>
    /// Section 4.3: a quorum of equal checkpoints, this replica's own among them, makes one stable: h rises, H with it, and the log at
    /// and below it goes. Without the own one, h would rise above what was executed here.
    /// </summary>
    public static void MakeStable(Turn turn)
    {
        var state = turn.State;
        for (var i = state.OwnCheckpoints.Length - 1; i >= 0; i--)
        {
            var own = state.OwnCheckpoints[i];
            if (Contradiction(state, own) is { } contradiction)
            {
                turn.Emit(new Halted(contradiction));
                return;
            }

            if (own.SequenceNumber <= state.Low) return;

            var count = 1 + Equal(state, own.SequenceNumber, own.StateDigest);
            var needed = Guard.IsOn(GuardName.CheckpointQuorum) ? state.Configuration.Quorum : 1;
            if (count < needed && state.KnownStable?.SequenceNumber != own.SequenceNumber) continue;
            turn.Emit(new CheckpointStable(own.SequenceNumber, own.StateDigest));
            turn.Do(new DiscardCheckpoints(own.SequenceNumber));
            return;
        }
    }

    /// <summary>
    /// f+1 replicas, so a correct one, signed for another state than this one: its own state is wrong, or more than f are faulty. Going
    /// on could only do harm.
    /// </summary>
    private static string? Contradiction(ReplicaState state, OwnCheckpoint own)
    {
        if (own.SequenceNumber == state.Low && own.StateDigest != state.Stable.StateDigest)
        {
            return $"checkpoint {own.SequenceNumber}: a quorum signed {state.Stable.StateDigest}, this replica {own.StateDigest}";
        }

        if (state.KnownStable is { } known && known.SequenceNumber == own.SequenceNumber && known.StateDigest != own.StateDigest)
        {
            return $"checkpoint {own.SequenceNumber}: a quorum signed {known.StateDigest}, this replica {own.StateDigest}";
        }

        foreach (var other in state.Checkpoints)
        {
            if (other.Statement.SequenceNumber != own.SequenceNumber || other.Statement.StateDigest == own.StateDigest) continue;
            if (Equal(state, own.SequenceNumber, other.Statement.StateDigest) >= state.Configuration.WeakQuorum)
            {
                return $"checkpoint {own.SequenceNumber}: f+1 replicas signed {other.Statement.StateDigest}, this replica {own.StateDigest}";
            }
        }

        return null;
    }

    private static int Equal(ReplicaState state, SequenceNumber n, Digest digest)
    {
        var count = 0;
        foreach (var other in state.Checkpoints)
        {
            if (other.Statement.SequenceNumber == n && other.Statement.StateDigest == digest) count++;
        }

        return count;
    }

    /// <summary>The certificate that the checkpoints at hand make, this replica's own among them.</summary>
    public static CheckpointCertificate CertificateFor(ReplicaState state, SequenceNumber n, Digest digest)
    {
        var votes = new SortedDictionary<ReplicaId, Vote>();
        if (OwnAt(state, n) == digest) votes.Add(state.Self, new Vote(state.Self, Signature.Own));
        foreach (var other in state.Checkpoints)
        {
            if (other.Statement.SequenceNumber != n || other.Statement.StateDigest != digest) continue;
            votes.Add(other.Statement.Replica, new Vote(other.Statement.Replica, other.Signature));
        }

        return new CheckpointCertificate(n, digest, [.. votes.Values]);
    }
}
