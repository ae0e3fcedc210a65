using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>Something that a replica could have done by the specification.</summary>
/// <param name="Action">The specification's action.</param>
/// <param name="Text">What it is about, in a few words.</param>
public sealed record EnabledAct(string Action, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>What was refused, for telling what lies near it.</summary>
/// <param name="Action">The specification's action; empty if there is none.</param>
/// <param name="Place">The place that it is about; null if it is about none.</param>
/// <param name="Digest">The digest that it is about, by its number.</param>
internal readonly record struct RefusedAct(string Action, long? Place, int? Digest)
{
    private static readonly ImmutableDictionary<string, string> ActionOfDuty = ImmutableDictionary.CreateRange(
        [
            KeyValuePair.Create("OweCommit", "LCommit"), KeyValuePair.Create("OweCommitted", "LCommitted"), KeyValuePair.Create("OweStable", "LStable"),
            KeyValuePair.Create("OweExecute", "LExecute"), KeyValuePair.Create("OweCheckpoint", "LCheckpoint"), KeyValuePair.Create("OweJoin", "LViewChange"),
            KeyValuePair.Create("OweNewView", "LNewView"), KeyValuePair.Create("OweEnter", "LEnterView"),
        ]);

    /// <summary>Nothing that can be named.</summary>
    public static RefusedAct None { get; } = new("", null, null);

    /// <summary>An action that nothing more is known of.</summary>
    public static RefusedAct Of(string action, SpecReplica replica) => new(action, action == "LExecute" ? replica.LastExecuted + 1 : null, null);

    /// <summary>An action, or what a record says of it.</summary>
    public static RefusedAct Of(ActEvent e, SpecReplica replica) => new(e.Action.Name, PlaceOf(e, replica), e.Action.Digest);

    /// <summary>A duty that was left undone.</summary>
    public static RefusedAct Of(SpecDuty duty)
    {
        var action = ActionOfDuty[duty.Name];
        return new RefusedAct(action, NearestActs.IsOfViews(action) ? null : duty.Number, null);
    }

    private static long? PlaceOf(ActEvent e, SpecReplica replica) => e.Action.Name switch
    {
        "LExecute" => e.Execution?.SequenceNumber.Value ?? replica.LastExecuted + 1,
        "LCheckpoint" => replica.LastExecuted,
        _ => e.Action.SequenceNumber,
    };
}

/// <summary>
/// What the specification allows a replica where something of it was refused, the nearest to the refused first: the same action at that
/// place, then another at that place, then the same action elsewhere. The oracle is asked of each (<see cref="SpecChoices"/>).
/// </summary>
internal static class NearestActs
{
    private const int Told = 3;

    private static readonly string[] Order =
        ["LExecute", "LCheckpoint", "LCommitted", "LCommit", "LPrepare", "LStable", "LEnterView", "LNewView", "LTransfer", "LPropose", "LViewChange"];

    /// <summary>Whether an action is about a view and not about a place.</summary>
    public static bool IsOfViews(string action) => action is "LViewChange" or "LNewView" or "LEnterView";

    /// <summary>The nearest acts, a few.</summary>
    /// <param name="translation">The cluster's.</param>
    /// <param name="peer">The replica as it was when it was refused.</param>
    /// <param name="refused">What was refused.</param>
    public static ImmutableArray<EnabledAct> Of(SpecTranslation translation, SpecPeer peer, RefusedAct refused)
    {
        var choices = new SpecChoices(translation.Model, peer);
        var replica = peer.Replica;
        var acts = choices.Allowed.Select(action => (action.Name, Place: PlaceOf(action, replica), Text: Describe(action, translation, replica)))
            .Concat(choices.Transfers.Select(c => (Name: "LTransfer", Place: (long?)c.SequenceNumber, Text: $"take over the state of checkpoint {c.SequenceNumber} with d = {GuardValues.Short(translation, c.Digest)}")))
            .Concat(Moved(translation, peer, refused, replica));
        return
        [
            .. acts.DistinctBy(act => act.Text).OrderBy(act => Distance(act.Name, act.Place, refused)).ThenBy(act => Math.Abs((act.Place ?? 0) - (refused.Place ?? act.Place ?? 0)))
                .ThenBy(act => Array.IndexOf(Order, act.Name)).ThenBy(act => act.Text, StringComparer.Ordinal)
                .Take(Told).Select(act => new EnabledAct(act.Name, act.Text)),
        ];
    }

    private static int Distance(string action, long? place, RefusedAct refused)
    {
        var (same, there) = (action == refused.Action, refused.Place is { } n ? place == n : refused.Action.Length > 0 && IsOfViews(action) == IsOfViews(refused.Action));
        return (same, there) switch { (true, true) => 0, (false, true) => 1, (true, false) => 2, (false, false) => 3 };
    }

    // What was proposed, at the first free place.
    private static IEnumerable<(string Name, long? Place, string Text)> Moved(SpecTranslation translation, SpecPeer peer, RefusedAct refused, SpecReplica replica)
    {
        if (refused is not { Action: "LPropose", Digest: > 0 and var digest } || !translation.Model.Knows(digest)) yield break;
        var n = replica.Stable.SequenceNumber + 1;
        while (replica.AcceptedAt(n) is not null) n++;
        var moved = SpecAction.Propose(n, digest);
        if (peer.May(moved)) yield return (moved.Name, n, Text($"propose d = {GuardValues.Short(translation, digest)} at {n} in view {replica.View}"));
    }

    private static long? PlaceOf(SpecAction action, SpecReplica replica) => action.Name switch
    {
        "LExecute" => replica.LastExecuted + 1,
        "LCheckpoint" => replica.LastExecuted,
        _ => action.SequenceNumber,
    };

    private static string Describe(SpecAction action, SpecTranslation translation, SpecReplica replica)
    {
        var (n, d) = (action.SequenceNumber, action.Digest is { } digest ? GuardValues.Short(translation, digest) : "");
        return action.Name switch
        {
            "LPropose" => Text($"propose at {n} in view {replica.View}, such as the null request"),
            "LPrepare" => Text($"vote for {n} of view {replica.View}, d = {d}"),
            "LCommit" => Text($"commit {n} of view {replica.View}, d = {d}, with the votes of {GuardValues.Join(action.Prepared!.Voters)}"),
            "LCommitted" => Text($"decide {n}, d = {d}, with the commits of {GuardValues.Join(action.Signers)} in view {action.View}"),
            "LExecute" => Text($"execute {replica.LastExecuted + 1}, d = {GuardValues.Short(translation, replica.CommittedAt(replica.LastExecuted + 1) ?? 0)}"),
            "LCheckpoint" => Text($"sign checkpoint {replica.LastExecuted}"),
            "LStable" => Text($"make checkpoint {n} stable, d = {d}, with those of {GuardValues.Join(action.Signers)}"),
            "LViewChange" => Text($"ask for view {action.View}"),
            "LNewView" => Text($"start view {replica.View}"),
            "LEnterView" => Text($"enter view {action.View}"),
            _ => throw new InvalidOperationException($"no words for {action.Name}"),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
