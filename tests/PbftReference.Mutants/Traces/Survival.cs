using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Types;

namespace PbftReference.Mutants.Traces;

/// <summary>Finds the reason why a mutated log that conforms is a behaviour, by holding it against the log that it was made from.</summary>
/// <param name="run">The run.</param>
internal sealed class Survival(RunToMutate run)
{
    private readonly SpecTranslation _translation = new(run.Genesis.Configuration);
    private readonly Dictionary<ReplicaId, ProjectedLog> _originals = [];

    /// <summary>The reason; null if none holds. Of several streams each must have one, and the first is told.</summary>
    public SurvivalReason? Of(RecordMutant mutant)
    {
        var reasons = mutant.Streams.Select(stream => Of(mutant, stream.Key, stream.Value)).ToList();
        return reasons.Contains(null) ? null : reasons[0];
    }

    private SurvivalReason? Of(RecordMutant mutant, ReplicaId replica, RawRecord[] mutated)
    {
        var recorded = run.Streams[RunToMutate.StreamOf(replica)];
        if (mutant.Kind == Mutation.Rest && FieldReasons.IsBeside(recorded[mutant.At], mutated[mutant.At])) return SurvivalReason.Beside;
        var (before, after) = (StepsOf(recorded), StepsOf(mutated));
        if (before.SequenceEqual(after, ReferenceEqualityComparer.Instance)) return SurvivalReason.HostNote;
        if (!_originals.TryGetValue(replica, out var original)) _originals.Add(replica, original = ProjectedLog.Of(_translation, replica, before));
        var log = ProjectedLog.Of(_translation, replica, after);
        if (!log.Acts.SequenceEqual(original.Acts)) return OfActs(mutant, recorded[mutant.At], original, log);
        if (!log.All.SequenceEqual(original.All)) return FieldReasons.IsOfSet(mutant.Field) ? SurvivalReason.SetOfVotes : OfDeliveries(original, log);
        return mutant.Kind is Mutation.Input or Mutation.Event or Mutation.Rest
            ? FieldReasons.Of(mutant, recorded[mutant.At], mutated[mutant.At])
            : OfSameProjection(recorded, mutated);
    }

    private static List<Step> StepsOf(RawRecord[] stream) => [.. stream.Where(record => record.IsStep).Select(record => record.Step)];

    // Whole steps are missing, twice or elsewhere, and all of them hold only events of which nothing is kept.
    private static SurvivalReason? OfSameProjection(RawRecord[] recorded, RawRecord[] mutated)
    {
        var kept = StepsOf(recorded).Where(step => step.Events.Any(e => !FieldReasons.IsNotKept(e)));
        return kept.SequenceEqual(StepsOf(mutated).Where(step => step.Events.Any(e => !FieldReasons.IsNotKept(e))), ReferenceEqualityComparer.Instance)
            ? SurvivalReason.NotKept
            : null;
    }

    private SurvivalReason OfDeliveries(ProjectedLog original, ProjectedLog mutated)
    {
        var news = Minus(mutated.Deliveries, original.Deliveries);
        var known = original.Deliveries.Select(item => item.Text).ToHashSet(StringComparer.Ordinal);
        var unknown = news.Where(item => !known.Contains(item.Text)).ToList();
        if (unknown.Exists(item => item.From is { } from && !run.Faulty.Contains(from))) return SurvivalReason.WasSent;
        if (unknown.Exists(item => item.From is not null)) return SurvivalReason.FaultySaysAnything;
        if (unknown.Count > 0) return SurvivalReason.ClientsKeepNoLog;
        if (news.Count > 0) return SurvivalReason.Twice;
        return Minus(original.Deliveries, mutated.Deliveries).Count > 0 ? SurvivalReason.NotNeeded : SurvivalReason.Order;
    }

    private static SurvivalReason? OfActs(RecordMutant mutant, RawRecord record, ProjectedLog original, ProjectedLog mutated)
    {
        if (mutant.Kind == Mutation.Drop && IsOfDelivery(record, original) && original.Without(record.Step).SequenceEqual(mutated.All)) return SurvivalReason.NeverCame;
        var (before, after) = (Texts(original), Texts(mutated));
        if (after.Count < before.Count && before.Take(after.Count).SequenceEqual(after)) return SurvivalReason.Beginning;
        if (WithoutRestarts(original).SequenceEqual(WithoutRestarts(mutated))) return SurvivalReason.Restart;
        if (after.Count > before.Count && Once(after).SequenceEqual(Once(before))) return SurvivalReason.SaidTwice;
        var missing = Minus(original.Acts, mutated.Acts);
        var more = Minus(mutated.Acts, original.Acts);
        if (more.Count > 0) return null;
        if (mutant.Kind == Mutation.Splice) return SurvivalReason.Beginning;
        if (missing.Count == 0) return mutated.EndsLike(original) ? SurvivalReason.Commutes : null;
        if (missing.TrueForAll(act => IsDecidedBefore(act, mutated))) return SurvivalReason.DecidedBefore;
        return missing.TrueForAll(IsNoDuty) ? SurvivalReason.NoDuty : null;
    }

    private static bool IsOfDelivery(RawRecord record, ProjectedLog log) =>
        record.IsStep && log.All.Where((item, i) => !item.IsAct && ReferenceEquals(log.Steps[i], record.Step)).Any();

    private static bool IsNoDuty(ProjectedItem act) => act.Action is "LPropose" or "LPrepare" or "LViewChange" or "LTransfer" or "LRestart";

    // The same batch was decided at the same place in another view.
    private static bool IsDecidedBefore(ProjectedItem act, ProjectedLog log) => act.Action == "LCommitted" && log.Acts.Any(other =>
        other.Action == act.Action && other.Text.Split(' ') is [_, var view, .. var what] && act.Text.Split(' ') is [_, var ofView, .. var ofWhat]
        && view != ofView && what.SequenceEqual(ofWhat));

    private static List<string> Texts(ProjectedLog log) => [.. log.Acts.Select(act => act.Text)];

    private static IEnumerable<string> Once(List<string> acts) => acts.Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> WithoutRestarts(ProjectedLog log) => log.Acts.Where(act => act.Action != "LRestart").Select(act => act.Text);

    // As multisets.
    private static List<ProjectedItem> Minus(IEnumerable<ProjectedItem> all, IEnumerable<ProjectedItem> without)
    {
        var left = without.GroupBy(item => item.Text, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        return [.. all.Where(item => !left.TryGetValue(item.Text, out var count) || (left[item.Text] = count - 1) < 0)];
    }
}
