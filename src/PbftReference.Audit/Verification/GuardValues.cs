using System.Globalization;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>The values that a guard speaks of, for people.</summary>
internal static class GuardValues
{
    /// <summary>The values of a false guard.</summary>
    public static string Describe(string guard, SpecTranslation translation, SpecPeer peer, SpecAction action)
    {
        var (r, shape) = (peer.Replica, translation.Model.Shape);
        var (n, d) = (action.SequenceNumber, action.Digest is { } digest ? Short(translation, digest) : "none");
        var (low, quorum) = (r.Stable.SequenceNumber, ((shape.Replicas + shape.Faults) / 2) + 1);
        var text = guard switch
        {
            "RequestsDelivered" => $"n = {n}, d = {d}: a request of the batch was not delivered",
            "ProposalDelivered" => $"no pre-prepare of view {r.View} for n = {n}, d = {d}, new-view {Short(translation, r.NewView)} was delivered",
            "BatchAtHand" => $"the batch of n = {n ?? r.LastExecuted + 1} was not delivered",
            "VotesDelivered" => $"n = {n}, d = {d}: the certificate has votes of {Join(action.Prepared!.Voters)}, delivered or sent were those of {Join(Delivered(peer, shape, action.Prepared))}",
            "CommitsDelivered" => $"n = {n}, d = {d}: not all commits of {Join(action.Signers)} were delivered or sent",
            "CheckpointsDelivered" => $"n = {n}: not all checkpoints of {Join(action.Signers)} for {d} were delivered or sent",
            "ViewChangesDelivered" => $"view {r.View}: a view-change in it was not delivered",
            "NewViewDelivered" => $"view {action.View}: the new-view was not delivered",
            "NewViewKnown" => $"the certificate for n = {n} of view {action.Prepared?.View} names {Short(translation, action.Prepared?.NewView ?? 0)}, which is not at hand",
            "ViewActive" => $"view {r.View} is asked for and not entered",
            "SameView" => $"the certificate is of view {action.View}, the replica in view {r.View}",
            "SameNewView" => $"the votes name {Short(translation, action.Prepared?.NewView ?? 0)}, the replica entered view {r.View} with {Short(translation, r.NewView)}",
            "IsPrimary" or "IsBackup" => $"the primary of view {action.View ?? r.View} is replica {(action.View ?? r.View) % shape.Replicas}",
            "BetweenWatermarks" => $"n = {n}, h = {low}, H = {low + shape.LogWindow}",
            "NoOtherProposal" => $"n = {n}: {Short(translation, r.AcceptedAt(n!.Value) ?? 0)} stands in view {r.View}, {d} would be the second",
            "NotExecutedYet" => $"n = {n}, d = {d}: a request of the batch is executed",
            "ProposalStands" => $"n = {n}: the certificate is for {d}, {(r.AcceptedAt(n!.Value) is { } stands ? Short(translation, stands) : "nothing")} stands",
            "PreparedCertificateValid" => $"n = {n}: votes of {Join(action.Prepared!.Voters)}, a quorum is {quorum}, with the primary {action.Prepared.View % shape.Replicas} of view {action.Prepared.View}",
            "CommitCertificateValid" => $"n = {n}: commits of {Join(action.Signers)}, a quorum is {quorum}",
            "CertificatesMatch" => $"n = {n}, d = {d}, view {action.View}; the prepared certificate is for n = {action.Prepared!.SequenceNumber}, d = {Short(translation, action.Prepared.Digest)}, view {action.Prepared.View}",
            "ViewReached" => $"the certificate for n = {n} is of view {action.Prepared!.View}, the replica in view {r.View}{(r.Active ? "" : ", which it has not entered")}",
            "NotCommittedOtherwise" => $"n = {n}: {Short(translation, r.CommittedAt(n!.Value) ?? 0)} is committed, {d} would be another",
            "CommittedNext" => $"{r.LastExecuted} was executed last and {r.LastExecuted + 1} is not committed",
            "AtCheckpoint" => $"{r.LastExecuted} was executed last, h = {low}, K = {shape.CheckpointPeriod}",
            "NotSignedYet" => $"n = {r.LastExecuted}: {Short(translation, r.CheckpointAt(r.LastExecuted) ?? 0)} is signed",
            "AboveLowWatermark" => $"n = {n}, h = {low}",
            "CheckpointCertificateValid" => $"n = {n}: checkpoints of {Join(action.Signers)}, a quorum is {quorum}, K = {shape.CheckpointPeriod}",
            "OwnCheckpoint" => $"n = {n}: a quorum signed {d}, this replica {(r.CheckpointAt(n!.Value) is { } own ? Short(translation, own) : "nothing")}",
            "Behind" => $"n = {n}, {r.LastExecuted} was executed last",
            "WeakCertificateValid" => $"n = {n}: checkpoints of {Join(action.Signers)}, f+1 = {shape.Faults + 1}, h = {low}, K = {shape.CheckpointPeriod}",
            "StateDigestMatches" => $"n = {n ?? low}: the state that was taken over does not have the digest {d}",
            "LaterView" => $"view {action.View} is asked for in view {r.View}",
            "ViewNotEntered" => $"view {action.View ?? r.View}, the replica is in view {r.View}{(r.Active ? "" : ", which it has not entered")}",
            "NewViewValid" => $"view {action.View ?? r.View}: the places that are carried over do not follow from a quorum of valid view-changes",
            _ => action.ToString(),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{text}");
    }

    /// <summary>A message in a few words.</summary>
    public static string Describe(SpecMessage m, SpecTranslation translation) => m.Statement switch
    {
        SpecStatementKind.PrePrepare or SpecStatementKind.Prepare or SpecStatementKind.Commit =>
            $"{m.Statement} of view {m.View} for n = {m.SequenceNumber}, d = {Short(translation, m.Digest)}",
        SpecStatementKind.Checkpoint => $"Checkpoint for n = {m.SequenceNumber}, d = {Short(translation, m.Digest)}",
        _ => m.Statement.ToString(),
    };

    /// <summary>Numbers with spaces between.</summary>
    public static string Join<T>(IEnumerable<T> numbers)
    {
        var text = string.Join(' ', numbers);
        return text.Length == 0 ? "nobody" : text;
    }

    /// <summary>The beginning of the digest with a number.</summary>
    public static string Short(SpecTranslation translation, int number) => translation.Numbers.DigestOf(number).ToShortString();

    private static IEnumerable<int> Delivered(SpecPeer peer, SpecShape shape, SpecPrepared c)
    {
        foreach (var voter in c.Voters)
        {
            var vote = voter == c.View % shape.Replicas
                ? SpecMessage.PrePrepare(c.View, c.SequenceNumber, c.Digest, c.NewView)
                : SpecMessage.Prepare(c.View, c.SequenceNumber, c.Digest, c.NewView, voter);
            if (peer.Has(vote)) yield return voter;
        }
    }
}
