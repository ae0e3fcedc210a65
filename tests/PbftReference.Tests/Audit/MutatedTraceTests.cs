using System.Reflection;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.Mutants.Traces;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>
/// Recorded logs, changed in every way and chained anew, are refused, or there is a reason why they are behaviours. The command
/// <c>traces</c> of tests/PbftReference.Mutants does the same with many more seeds.
/// </summary>
public sealed class MutatedTraceTests
{
    // Between them they have a record of every class.
    private static readonly ulong[] Seeds = [1, 4];

    // Messages that are answered, or are for clients: they change no state, so no log has a record of them.
    private static readonly string[] NeverRecorded = ["reply", "status", "fetch-batch", "fetch-new-view", "fetch-state"];

    private static readonly Lazy<MutationTable> Table = new(() => MutationTable.Of(Seeds, new MutationLimits(Shapes: 1, Alterations: 6)));

    [Fact]
    public void Every_mutant_is_found_or_is_a_behaviour_for_a_reason()
    {
        var holes = Table.Value.Holes.Select(hole => hole.ToString()).ToList();
        Assert.True(holes.Count == 0, $"{holes.Count} mutants are not found, and nothing explains why:\n{string.Join('\n', holes.Take(20))}");
    }

    [Fact]
    public void Every_class_of_records_is_mutated_and_mutants_of_every_kind_are_found()
    {
        var classes = Names.RecordTypes.Select(type => type.Split('/')[0]).Where(name => !NeverRecorded.Contains(name.Replace("-received", "", StringComparison.Ordinal)))
            .Concat(HostRecords()).Append(RecordMutant.WholeStream).Order(StringComparer.Ordinal);
        Assert.Equal(classes, Table.Value.All.Select(one => one.Class).Distinct().Order(StringComparer.Ordinal));
        foreach (var kind in Enum.GetValues<Mutation>())
        {
            Assert.Contains(Table.Value.All, one => one.Kind == kind && one.Outcome.Fate is not (Fate.Survived or Fate.Broken));
        }
    }

    [Fact]
    public void A_log_that_is_chained_anew_without_a_change_is_the_recorded_one_byte_for_byte()
    {
        var run = RunToMutate.Of(4);
        using var store = Rechained.Store(run, WithStream(run, stream => stream));
        foreach (var (stream, records) in run.Streams) Assert.Equal(records.Select(record => (record.Revision, record.Id)), store.Read(stream).Select(row => (row.Revision, row.Id)));
    }

    [Fact]
    public void A_mutant_is_chained_so_that_integrity_has_nothing_against_it()
    {
        var run = RunToMutate.Of(7);
        var mutant = WithStream(run, stream => [stream[0], stream[0], .. stream[1..]]);
        var report = new MutantJudge(run).Report(mutant, lockStep: true);
        Assert.Equal((Verdict.Conforms, 0), (report.Verdict, report.Integrity.Findings.Length));
        Assert.Same(SurvivalReason.Restart, new Survival(run).Of(mutant));
    }

    [Fact]
    public void No_reason_explains_another_digest_in_a_commit()
    {
        var run = RunToMutate.Of(7);
        var mutant = new RecordMutations(run).All().First(m => m.Field == "commit-sent.batchDigest other");
        Assert.Equal(Fate.Alone, new MutantJudge(run).Of(mutant).Fate);
        Assert.Null(new Survival(run).Of(mutant));
    }

    private static RecordMutant WithStream(RunToMutate run, Func<RawRecord[], RawRecord[]> change)
    {
        var replica = run.Correct[0];
        return new RecordMutant("replica-started", Mutation.Duplicate, "", 0, new Dictionary<ReplicaId, RawRecord[]> { [replica] = change(run.Streams[RunToMutate.StreamOf(replica)]) });
    }

    // The classes that are no steps, from the code's own list; snapshots stand in streams of their own.
    private static IEnumerable<string> HostRecords() => typeof(RecordTypes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (string)field.GetRawConstantValue()!).Where(type => type != RecordTypes.Snapshot).Select(type => type.Split('/')[0]);
}
