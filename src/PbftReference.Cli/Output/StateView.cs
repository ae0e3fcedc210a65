using System.Globalization;
using PbftReference.Core;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Output;

/// <summary>A replica's state for people: what it is doing, its window with the votes it holds, and whatever else is not empty.</summary>
internal static class StateView
{
    // A bar has one character a replica; of large clusters only the count is shown.
    private const int WidestBar = 16;

    /// <summary>The state in lines.</summary>
    public static IEnumerable<string> Lines(ReplicaState state) =>
        [.. Header(state), .. Window(state), .. Clients(state), .. Checkpoints(state), .. Transfer(state), .. ViewChanges(state)];

    private static IEnumerable<string> Header(ReplicaState state)
    {
        var role = state.IsPrimary ? "the primary" : $"a backup; the primary is r{state.Primary}";
        var asked = state.Phase == ReplicaPhase.ViewChanging ? " (asked for, not entered)" : "";
        yield return $"view        {state.View}{asked}, {Names.ReplicaPhases.Of(state.Phase)}, {role}";
        yield return $"watermarks  h = {state.Low}, H = {state.High}; stable checkpoint {state.Stable.StateDigest.ToShortString()}";
        yield return $"execution   {Names.ExecutionPhases.Of(state.Execution)}, last executed {state.LastExecuted}, service digest {state.ServiceDigest.ToShortString()}";
        yield return $"requests    {state.Queue.Count} waiting, {state.Queue.UnproposedCount} of them not proposed{Oldest(state)}";
        if (!state.Backlog.IsEmpty) yield return $"backlog     {state.Backlog.Length} decided batches below h wait for execution";
        if (!state.Accused.IsEmpty) yield return $"accused     {TransitionLine.Replicas(state.Accused)}";
    }

    private static string Oldest(ReplicaState state) => state.Queue.Oldest is { } oldest ? $"; the oldest is {oldest.Request.Statement.Id}" : "";

    private static IEnumerable<string> Window(ReplicaState state)
    {
        var rows = new List<string[]>();
        for (var n = state.Low.Next; n <= state.High; n = n.Next)
        {
            var slot = state.SlotAt(n);
            if (!IsUntouched(slot)) rows.Add(Row(state, slot));
        }

        if (rows.Count == 0) return ["", "window      nothing is known of any place above h"];
        var bar = state.Configuration.Replicas <= WidestBar ? "  (# for what stands, ! for something else, . none)" : "";
        return ["", $"window{bar}", .. TextTable.Lines(["n", "phase", "digest", "votes", "commits", "batch"], rows)];
    }

    private static bool IsUntouched(Slot slot) =>
        slot.Phase == SlotPhase.Empty && slot.Certificate is null && slot.Decision is null && slot.Votes.All(v => v is null) && slot.Commits.All(c => c is null);

    private static string[] Row(ReplicaState state, Slot slot)
    {
        var standing = slot.Phase != SlotPhase.Empty;
        var digest = standing ? slot.BatchDigest.ToShortString() : slot.Decision?.BatchDigest.ToShortString() ?? "-";
        return
        [
            slot.SequenceNumber.ToString(),
            slot.Decision is not null && slot.Phase != SlotPhase.CommittedLocal ? $"decided in v{slot.Decision.View}" : Names.SlotPhases.Of(slot.Phase),
            digest,
            Bar(state, i => slot.Votes[i] is null ? '.' : standing && Predicates.IsVoteFor(state, slot, slot.Votes[i]) ? '#' : '!'),
            Bar(state, i => slot.Commits[i] is null ? '.' : standing && Predicates.IsCommitFor(slot, slot.Commits[i]) ? '#' : '!'),
            Batch(slot),
        ];
    }

    private static string Batch(Slot slot)
    {
        if (slot.Batch is { } batch) return batch.Requests.Length == 1 ? "1 request" : $"{batch.Requests.Length} requests";
        if (slot.MissingBatch is not null) return "missing";
        return slot.Phase != SlotPhase.Empty || slot.Decision is not null ? "null request" : "-";
    }

    private static string Bar(ReplicaState state, Func<int, char> mark)
    {
        var marks = string.Concat(Enumerable.Range(0, state.Configuration.Replicas).Select(mark));
        var count = marks.Count(m => m == '#');
        var sum = string.Create(CultureInfo.InvariantCulture, $"{count}/{state.Configuration.Quorum}");
        return marks.Length <= WidestBar ? $"{marks} {sum}" : sum;
    }

    private static IEnumerable<string> Clients(ReplicaState state)
    {
        if (state.Clients.Entries.IsEmpty) return [];
        var rows = state.Clients.Entries.Select(c => new[]
        {
            $"c{c.Key}", c.Value.Base.Value == 0 ? "-" : $"1-{c.Value.Base}", Above(c.Value), c.Value.Replies.Count(r => r is not null).ToString(CultureInfo.InvariantCulture),
        });
        return ["", .. TextTable.Lines(["client", "executed", "and also", "replies kept"], rows)];
    }

    private static string Above(ClientEntry entry)
    {
        var above = Enumerable.Range(1, entry.Replies.Length).Select(i => new Timestamp(entry.Base.Value + i)).Where(entry.IsExecuted);
        var text = string.Join(" ", above);
        return text.Length == 0 ? "-" : text;
    }

    private static IEnumerable<string> Checkpoints(ReplicaState state)
    {
        var rows = state.OwnCheckpoints.Select(c => new[] { c.SequenceNumber.ToString(), c.StateDigest.ToShortString(), $"r{state.Self} (own)" })
            .Concat(state.Checkpoints.Select(c => new[] { c.Statement.SequenceNumber.ToString(), c.Statement.StateDigest.ToShortString(), $"r{c.Statement.Replica}" }))
            .ToList();
        return rows.Count == 0 ? [] : ["", .. TextTable.Lines(["checkpoint", "digest", "signed by"], rows)];
    }

    private static IEnumerable<string> Transfer(ReplicaState state)
    {
        if (state.Transfer is not { } t) return [];
        var pages = t.Missing is { } missing ? $"{missing.Count} pages missing" : t.Manifest is null ? "waiting for the manifest" : "comparing pages";
        return ["", $"transfer    of checkpoint {t.SequenceNumber} d={t.StateDigest.ToShortString()} from r{t.Source}, attempt {t.Attempt}: {pages}"];
    }

    private static IEnumerable<string> ViewChanges(ReplicaState state)
    {
        var rows = Held(state.ViewChanges, "held").Concat(Held(state.DeferredViewChanges, "waits for a new-view")).ToList();
        return rows.Count == 0 ? [] : ["", .. TextTable.Lines(["view-change", "for view", "h", "prepared", ""], rows)];
    }

    private static IEnumerable<string[]> Held(IEnumerable<Signed<ViewChange>?> viewChanges, string how)
    {
        foreach (var signed in viewChanges)
        {
            if (signed?.Statement is not { } m) continue;
            yield return [$"r{m.Replica}", m.NewView.ToString(), m.Stable.SequenceNumber.ToString(), string.Join(" ", m.Prepared.Select(p => p.SequenceNumber)), how];
        }
    }
}
