using System.Globalization;
using PbftReference.Audit.Accountability;
using Xunit;
using Xunit.Abstractions;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>The audit that forgets is held against the audit as it is defined, which keeps everything.</summary>
public sealed class WindowedAuditTests(ITestOutputHelper output)
{
    private const int Cases = 160;

    // enough for several windows
    private const int Operations = 120;

    [Fact]
    public void The_audit_that_forgets_what_is_over_finds_what_the_audit_that_keeps_everything_finds()
    {
        var (forgot, again, accused, conflicts) = (0, 0, 0, 0);
        for (var seed = 1UL; seed <= Cases; seed++)
        {
            RandomCase.Run(seed, Operations, out var store, out var cluster);
            using (store)
            using (cluster)
            {
                var whole = HeldWhole.Of(store, cluster.Genesis, cluster.Keys);
                using var report = ClusterAudit.Run(store, cluster.Genesis, cluster.Keys);
                Same(seed, whole, report);
                if (report.HeldAtMost < whole.Count / 2) forgot++;
                if (report.WhyAgain is not null) again++;
                accused += report.Guilty.Count;
                conflicts += report.Conflicts.Count;
            }
        }

        output.WriteLine($"{Cases} cases: {forgot} forgot more than half, {again} were read again, {accused} accused, {conflicts} conflicts");
        Assert.All(new[] { forgot, again, accused, conflicts }, count => Assert.True(count > Cases / 10, $"{forgot} {again} {accused} {conflicts}"));
        Assert.True(again < Cases, "all were read again");
    }

    private static void Same(ulong seed, HeldWhole whole, AuditReport report)
    {
        var (places, conflicts) = whole.Decisions();
        Equal(seed, whole.Accusations().Select(Shown), report.Accusations.Select(Shown));
        Equal(seed, conflicts.Select(Shown), report.Conflicts.Select(Shown));
        Equal(seed, places.Select(Shown), report.Places.Select(Shown));
        Equal(seed, whole.Views.Values.Select(Shown), report.History.Views.Values.Select(Shown));
        Equal(seed, whole.Gaps.Order(StringComparer.Ordinal), report.Gaps.Order(StringComparer.Ordinal));
        Equal(seed, [Number(whole.Records), Number(whole.Count)], [Number(report.Records), Number(report.Statements)]);
    }

    private static void Equal(ulong seed, IEnumerable<string> expected, IEnumerable<string> found) =>
        Assert.Equal(expected.Prepend($"seed {seed}"), found.Prepend($"seed {seed}"));

    private static string Shown(Accusation accusation) =>
        $"{accusation.Accused} {accusation.Offence} {accusation.First.Digest} {accusation.Second.Digest}";

    private static string Shown(Conflict conflict) =>
        $"{conflict.Place}: {conflict.One} {conflict.OneBatch}, {conflict.Other} {conflict.OtherBatch}; missing {string.Join(' ', conflict.Missing)}";

    private static string Shown(PlaceHistory place) =>
        $"{place.Place}: {string.Join("; ", place.Replicas.Select(pair => $"{pair.Key} {pair.Value.Decided} in {pair.Value.View} by {string.Join(',', pair.Value.Committers)} {pair.Value.Prepared} {pair.Value.Committed} {pair.Value.Executed} {pair.Value.Transferred} {pair.Value.Checkpoint}"))}";

    private static string Shown(ViewHistory view) =>
        $"{view.View}: {string.Join(' ', view.Entered)} asked {string.Join(' ', view.Asked)} new-view {string.Join(',', view.NewView)} carried {string.Join(' ', view.Carried)} decided {view.Decided} steps {view.Steps} {view.StepsWithoutProgress} {view.StepsSinceProgress}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
