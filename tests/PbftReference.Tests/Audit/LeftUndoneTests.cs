using PbftReference.Core.Events;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>A correct replica does what it can: a log in which a step stops short is refused, with what was owed.</summary>
public sealed class LeftUndoneTests
{
    private static readonly string Mapping = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "spec", "mapping.md"));

    [Fact]
    public void A_commit() => StopsShort<Prepared>(RecordedRun.Calm(), 1, "OweCommit");

    [Fact]
    public void A_decision() => StopsShort<CommittedLocal>(RecordedRun.Calm(), 2, "OweCommitted");

    [Fact]
    public void An_execution() => StopsShort<ExecutionStarted>(RecordedRun.Calm(), 2, "OweExecute");

    [Fact]
    public void A_checkpoint() => StopsShort<CheckpointSent>(RecordedRun.Calm(), 3, "OweCheckpoint");

    [Fact]
    public void A_stable_checkpoint() => StopsShort<CheckpointStable>(RecordedRun.Calm(), 3, "OweStable");

    [Fact]
    public void Joining_a_view_change()
    {
        var run = RecordedRun.Where(r => Joiner(r) is not null);
        StopsShort<ViewChangeSent>(run, Joiner(run)!.Value, "OweJoin", e => e.Reason == ViewChangeReason.Joined);
    }

    private static int? Joiner(RecordedRun run) =>
        Enumerable.Range(0, 4).Where(i => run.Has<ViewChangeSent>(i, e => e.Reason == ViewChangeReason.Joined)).Select(i => (int?)i).FirstOrDefault();

    [Fact]
    public void Starting_a_view() => StopsShort<NewViewSent>(RecordedRun.Where(r => r.Has<NewViewSent>(1)), 1, "OweNewView");

    [Fact]
    public void Entering_a_view() => StopsShort<ViewEntered>(RecordedRun.Where(r => r.Has<NewViewAccepted>(2)), 2, "OweEnter", _ => true, after: typeof(NewViewAccepted));

    [Fact]
    public void Each_duty_of_the_specification_has_a_test() => Assert.Equal(
        ["OweCheckpoint", "OweCommit", "OweCommitted", "OweEnter", "OweExecute", "OweJoin", "OweNewView", "OweStable"], SpecDesk.Names);

    /// <summary>The step in which the event first happens ends right before it.</summary>
    private static void StopsShort<T>(RecordedRun run, int replica, string duty, Func<T, bool>? which = null, Type? after = null)
        where T : ReplicaEvent
    {
        var (step, at) = run.Find<T>(replica, which);
        if (after is not null) step = run.Steps(replica).FindIndex(s => s.Events.Any(e => e.GetType() == after) && s.Events.Any(e => e is T));
        if (after is not null) at = run.Steps(replica)[step].Events.Select((e, i) => (e, i)).First(pair => pair.e is T).i;
        run.Change(replica, step, events => events[..at]);
        var (refusal, where) = run.Judge(replica);
        Assert.Equal((step, "NothingLeftUndone"), (where, refusal!.Guard));
        Assert.StartsWith(duty + " ", refusal.Values, StringComparison.Ordinal);
        Assert.Contains($" | `{refusal.Action}` | ", Mapping.Split('\n').Single(row => row.StartsWith($"| `{duty}` | ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
