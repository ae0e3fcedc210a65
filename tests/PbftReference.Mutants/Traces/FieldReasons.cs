using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.EventLog.Codec;

namespace PbftReference.Mutants.Traces;

/// <summary>Why one altered field of a record changes nothing in the specification.</summary>
internal static class FieldReasons
{
    private static readonly Input OfNothing = new TimerExpired(TimerKind.Status);

    /// <summary>Whether the specification keeps nothing of an event: the rows of spec/mapping.md that say so.</summary>
    public static bool IsNotKept(ReplicaEvent replicaEvent) => replicaEvent.Kind
        is EventKind.BatchTimeReached or EventKind.Prepared or EventKind.ExecutionStarted or EventKind.ProgressNoted
        or EventKind.TransferStarted or EventKind.ManifestAccepted or EventKind.TransferStaged or EventKind.PagesAccepted
        or EventKind.ViewChangeDeferred or EventKind.NewViewDeferred or EventKind.NewViewWanted or EventKind.EvidenceKept or EventKind.Halted;

    /// <summary>Whether two records differ in nothing but what stands beside their data.</summary>
    public static bool IsBeside(RawRecord recorded, RawRecord altered) => altered.Type == recorded.Type && altered.Data.Span.SequenceEqual(recorded.Data.Span);

    /// <summary>Whether a vote of a certificate is made to stand twice or elsewhere.</summary>
    public static bool IsOfSet(string field) => field.EndsWith(".votes one twice", StringComparison.Ordinal) || field.EndsWith(".votes reordered", StringComparison.Ordinal);

    /// <summary>The reason; null if none holds.</summary>
    public static SurvivalReason? Of(RecordMutant mutant, RawRecord recorded, RawRecord altered)
    {
        var (before, after) = (recorded.Step, altered.Step);
        if (Written(before).SequenceEqual(Written(after))) return SurvivalReason.Occasion;
        if (Written(before with { Refusal = null }).SequenceEqual(Written(after with { Refusal = null }))) return SurvivalReason.Refusal;
        if (Kept(before).SequenceEqual(Kept(after))) return SurvivalReason.NotKept;
        if (before.Events.SequenceEqual(after.Events.Distinct())) return SurvivalReason.SaidTwice;
        return OfTaken(mutant.Field);
    }

    // What an event takes in, or says of itself, and no guard speaks of.
    private static SurvivalReason? OfTaken(string field)
    {
        if (field.Contains(".signature ", StringComparison.Ordinal) || field.Contains(".signature.", StringComparison.Ordinal)) return SurvivalReason.Signature;
        // In a new-view votes are numbers in a list: the same voter's vote with another signature.
        if (field.EndsWith(".votes[] +1", StringComparison.Ordinal) || field.EndsWith(".votes[] -1", StringComparison.Ordinal)) return SurvivalReason.Signature;
        if (IsOfSet(field)) return SurvivalReason.SetOfVotes;
        return field switch
        {
            "view-change-sent.reason other" => SurvivalReason.WhyAView,
            "input.incarnation other" or "input.incarnation none" => SurvivalReason.Restart,
            _ => null,
        };
    }

    // The events with all that they take from the input, and the refusal.
    private static byte[] Written(Step step) => StepCodec.Encode(step with { Input = OfNothing }).Data;

    private static byte[] Kept(Step step) => Written(step with { Events = [.. step.Events.Where(e => !IsNotKept(e))], Refusal = null });
}
