using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core;

/// <summary>What the paper prescribes, written a second time and as plainly as possible.</summary>
internal static class Expected
{
    /// <summary>O of section 4.4.</summary>
    public static ImmutableArray<CarriedOver> Carried(ImmutableArray<ViewChange> viewChanges)
    {
        var low = viewChanges.Max(v => v.Stable.SequenceNumber.Value);
        var prepared = viewChanges.SelectMany(v => v.Prepared).Where(p => p.SequenceNumber.Value > low).ToList();
        var high = prepared.Count == 0 ? low : prepared.Max(p => p.SequenceNumber.Value);
        var carried = ImmutableArray.CreateBuilder<CarriedOver>();
        for (var n = low + 1; n <= high; n++)
        {
            var best = prepared.Where(p => p.SequenceNumber.Value == n).OrderByDescending(p => p.View.Value).FirstOrDefault();
            carried.Add(new CarriedOver(new SequenceNumber(n), best?.BatchDigest ?? Digest.None));
        }

        return carried.ToImmutable();
    }
}
