using System.Text;
using System.Text.RegularExpressions;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Mutants.Traces;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>Whole logs, of which one replica's says that its service did something else, chained anew as if it had been written so.</summary>
public sealed class DisagreementTests
{
    private static readonly Regex ServiceDigest = new("\"serviceDigest\":\"([0-9a-f]{64})\"");

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_replica_that_is_alone_is_named_and_the_prefix_fails_in_the_same_way(int replica)
    {
        var run = WithoutFaultyReplicas();
        using var store = Rechained.Store(run, Mutant(run, new ReplicaId(replica)));
        var finding = First(store, run);
        Assert.Equal((replica, "ServiceDeterministic"), (finding.Replica.Value, finding.Guard));
        Assert.Contains(": 1 against 3. ", finding.Values, StringComparison.Ordinal);

        var rows = finding.Needed.SelectMany(needed => store.Read(RunToMutate.StreamOf(needed.Key)).TakeWhile(row => row.Revision <= needed.Value)).ToList();
        Assert.True(rows.Count < run.Correct.Sum(correct => run.Streams[RunToMutate.StreamOf(correct)].Length), "the prefix is all of it");
        using var prefix = InMemoryEventStore.FromRows(rows);
        var again = First(prefix, run);
        Assert.Equal((finding.Replica, finding.Revision, finding.Guard, finding.Values), (again.Replica, again.Revision, again.Guard, again.Values));
    }

    private static Finding First(IEventStore store, RunToMutate run) => LogVerifier.Run(store, run.Genesis, new VerificationOptions()).Violations[0];

    private static RunToMutate WithoutFaultyReplicas() =>
        Enumerable.Range(1, 40).Select(seed => RunToMutate.Of((ulong)seed)).First(run => run.Faulty.Count == 0 && run.Correct.All(replica => Executed(run, replica).Length > 1));

    private static int[] Executed(RunToMutate run, ReplicaId replica) =>
        [.. run.Streams[RunToMutate.StreamOf(replica)].Index().Where(record => ServiceDigest.IsMatch(Text(record.Item)) && record.Item.IsStep && !record.Item.IsOfBlobs).Select(record => record.Index)];

    private static string Text(RawRecord record) => Encoding.UTF8.GetString(record.Data.Span);

    private static RecordMutant Mutant(RunToMutate run, ReplicaId replica)
    {
        var (stream, at) = (run.Streams[RunToMutate.StreamOf(replica)].ToArray(), Executed(run, replica)[0]);
        var text = Text(stream[at]);
        stream[at] = stream[at].With(Encoding.UTF8.GetBytes(text.Replace(ServiceDigest.Match(text).Groups[1].Value, new string('e', 64), StringComparison.Ordinal)));
        return new RecordMutant("", Mutation.Event, "serviceDigest", at, new Dictionary<ReplicaId, RawRecord[]> { [replica] = stream });
    }
}
