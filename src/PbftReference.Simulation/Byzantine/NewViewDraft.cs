using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>A new-view in the making, for those who make it of what they like: O is worked out here, apart from the rules of Core.</summary>
internal static class NewViewDraft
{
    /// <summary>The new-view of other view-changes, with the O that follows from them.</summary>
    public static NewView Of(NewView original, ImmutableArray<Signed<ViewChange>> viewChanges) =>
        original with { ViewChanges = viewChanges, Carried = CarriedBy(viewChanges) };

    /// <summary>The new-view with the primary's own view-change replaced, or put in place of another's if it is not among them.</summary>
    public static NewView WithOwn(NewView original, Signed<ViewChange> own)
    {
        var others = original.ViewChanges.RemoveAll(signed => signed.Statement.Replica == own.Statement.Replica);
        if (others.Length == original.ViewChanges.Length) others = others.RemoveAt(0);
        return Of(original, [.. others.Add(own).OrderBy(signed => signed.Statement.Replica)]);
    }

    private static ImmutableArray<CarriedOver> CarriedBy(ImmutableArray<Signed<ViewChange>> viewChanges)
    {
        if (viewChanges.IsEmpty) return [];
        var low = viewChanges.Max(signed => signed.Statement.Stable.SequenceNumber.Value);
        var highest = viewChanges
            .SelectMany(signed => signed.Statement.Prepared)
            .Where(certificate => certificate.SequenceNumber.Value > low)
            .GroupBy(certificate => certificate.SequenceNumber)
            .ToDictionary(group => group.Key, group => group.MaxBy(certificate => certificate.View.Value)!.BatchDigest);
        if (highest.Count == 0) return [];
        var carried = ImmutableArray.CreateBuilder<CarriedOver>();
        var high = highest.Keys.Max();
        for (var n = new SequenceNumber(low + 1); n <= high; n = n.Next) carried.Add(new CarriedOver(n, highest.GetValueOrDefault(n)));
        return carried.ToImmutable();
    }
}
