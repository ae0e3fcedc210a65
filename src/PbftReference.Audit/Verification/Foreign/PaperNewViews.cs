using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// What can be told of a new-view that a replica sends in a profile without certificates: who starts the view, of whose view-changes, and
/// whether what it carries over follows from what these claim. A claim of a view-change that is named in it was found true by its sender.
/// </summary>
/// <param name="configuration">The cluster's.</param>
/// <param name="profile">Whose rules.</param>
/// <param name="self">The replica.</param>
internal sealed class PaperNewViews(ClusterConfiguration configuration, TraceProfile profile, ReplicaId self)
{
    private readonly Dictionary<(ViewNumber View, ReplicaId Replica), List<PaperStatement>> _viewChanges = [];

    /// <summary>A view-change came, or was sent by the replica itself.</summary>
    public void Add(PaperStatement viewChange)
    {
        var key = (viewChange.View!.Value, viewChange.Replica!.Value);
        if (!_viewChanges.TryGetValue(key, out var known)) _viewChanges.Add(key, known = []);
        if (!known.Exists(other => IsSame(other, viewChange))) known.Add(viewChange);
    }

    private static bool IsSame(PaperStatement one, PaperStatement other) =>
        one.SequenceNumber == other.SequenceNumber && one.Digest == other.Digest && one.Prepared.SequenceEqual(other.Prepared);

    /// <summary>The guard that is false for a new-view that the replica sends, and its values; null if none can be told to be.</summary>
    public (string Guard, string Values)? WhyNot(PaperStatement newView)
    {
        var view = newView.View!.Value;
        if (configuration.PrimaryOf(view) is var primary && primary != self) return ("IsPrimary", Text($"the primary of view {view} is replica {primary}"));
        var named = newView.ViewChanges.Distinct().ToList();
        // its own it has, sent or not
        var (count, quorum) = (named.Append(self).Distinct().Count(configuration.IsMember), configuration.Quorum);
        if (count < quorum) return ("NewViewValid", Text($"view {view}: the new-view names the view-changes of {GuardValues.Join(named)}, a quorum is {quorum}"));
        var absent = named.Where(replica => replica != self && !_viewChanges.ContainsKey((view, replica))).ToList();
        if (absent.Count > 0) return ("ViewChangesDelivered", Text($"view {view}: the new-view names the view-changes of {GuardValues.Join(named)}, and none for this view came from {GuardValues.Join(absent)}"));
        var known = named.Select(replica => _viewChanges.GetValueOrDefault((view, replica)) ?? []).ToList();
        // which of two it took is not written
        return known.TrueForAll(of => of.Count == 1) ? NotCarried(newView, [.. known.Select(of => of[0])]) : null;
    }

    private (string Guard, string Values)? NotCarried(PaperStatement newView, List<PaperStatement> viewChanges)
    {
        var low = viewChanges.Max(viewChange => viewChange.SequenceNumber!.Value);
        var carried = newView.Prepared.GroupBy(place => place.SequenceNumber).ToDictionary(group => group.Key, group => group.First().BatchDigest);
        var claimed = viewChanges.SelectMany(viewChange => viewChange.Prepared).Select(claim => claim.SequenceNumber);
        foreach (var n in claimed.Concat(carried.Keys).Where(n => n > low).Distinct().Order())
        {
            var (allowed, there) = (Allowed(viewChanges, n), carried.GetValueOrDefault(n));
            if (allowed.Contains(there)) continue;
            var what = carried.ContainsKey(n) ? $"carries {Name(there)} over at {n}" : $"carries nothing over at {n}";
            return ("NewViewValid", Text($"view {newView.View}: the new-view {what}, and from the view-changes of {GuardValues.Join(newView.ViewChanges)} follows {string.Join(" or ", allowed.Select(Name))}"));
        }

        return null;
    }

    // Of the paper: what was prepared in the highest view, else null. Of Fabric, where Q decides as well: something that was prepared, or null if
    // a quorum says that nothing was. What is not carried over is null.
    private List<Digest> Allowed(List<PaperStatement> viewChanges, SequenceNumber n)
    {
        var claims = viewChanges.SelectMany(viewChange => viewChange.Prepared).Where(claim => claim.SequenceNumber == n).ToList();
        if (claims.Count == 0) return [Digest.None];
        if (profile != TraceProfile.FabricPq) return [.. claims.Where(claim => claim.View == claims.Max(other => other.View)).Select(claim => claim.BatchDigest).Distinct()];
        var silent = viewChanges.Count(viewChange => viewChange.Prepared.All(claim => claim.SequenceNumber != n));
        var prepared = claims.Select(claim => claim.BatchDigest).Distinct();
        return silent >= configuration.Quorum ? [.. prepared.Append(Digest.None)] : [.. prepared];
    }

    private static string Name(Digest batch) => batch.IsNone ? "null" : batch.ToShortString();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
