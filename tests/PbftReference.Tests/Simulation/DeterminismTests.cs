using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using VerifyXunit;
using Xunit;

namespace PbftReference.Tests.Simulation;

public sealed class DeterminismTests
{
    [Theory]
    [InlineData(5, 4, "equivocate")]
    [InlineData(6, 4, "twins")]
    [InlineData(7, 7, "replay+forge-certificates")]
    public void The_same_seed_gives_the_same_bytes_in_every_stream(int seed, int replicas, string behaviour)
    {
        using var first = new InMemoryEventStore();
        using var second = new InMemoryEventStore();
        var fuzzCase = Case((ulong)seed, replicas, behaviour);
        Assert.Equal(FuzzVerdict.Fine, Fuzzer.Run(fuzzCase, first).Verdict);
        Assert.Equal(FuzzVerdict.Fine, Fuzzer.Run(fuzzCase, second).Verdict);
        var records = 0;
        foreach (var stream in Streams(replicas)) records += RequireEqual(stream, first, second);
        Assert.True(records > 500, $"{records} records are few for a run");
    }

    // recorded once; every other day and machine must give the same
    [Fact]
    public Task The_bytes_of_whole_runs_are_those_that_were_recorded()
    {
        var text = new StringBuilder();
        foreach (var (seed, replicas, behaviour, liars) in new[] { (5, 4, "equivocate", 0), (6, 4, "twins", 0), (7, 4, "silent", 2), (11, 7, "two-new-views+corrupt-pages", 0) })
        {
            using var store = new InMemoryEventStore();
            var fuzzCase = Case((ulong)seed, replicas, behaviour);
            var verdict = Fuzzer.Run(fuzzCase with { Options = fuzzCase.Options with { LyingClients = liars } }, store).Verdict;
            text.Append(CultureInfo.InvariantCulture, $"seed {seed}, n = {replicas}, replica 0 {behaviour}, {liars} lying clients: {verdict}\n");
            foreach (var stream in Streams(replicas)) text.Append(FingerprintOf(stream, store));
        }

        return Verifier.Verify(text.ToString()).UseDirectory(Path.Combine(RepositoryRoot.Path, "snapshots", "determinism"));
    }

    private static string FingerprintOf(string stream, InMemoryEventStore store)
    {
        var records = store.Read(stream).ToArray();
        if (records.Length == 0) return "";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in records) hash.AppendData(Encoding.UTF8.GetBytes(Bytes(record)));
        return $"    {stream,-20} {records.Length,6} records  {Convert.ToHexStringLower(hash.GetHashAndReset())}\n";
    }

    [Fact]
    public void Another_seed_gives_other_bytes()
    {
        using var first = new InMemoryEventStore();
        using var second = new InMemoryEventStore();
        Fuzzer.Run(Case(5, 4, "silent"), first);
        Fuzzer.Run(Case(6, 4, "silent"), second);
        var stream = LogStreams.OfReplica("sim", new ReplicaId(2));
        Assert.NotEqual(Bytes(first.Read(stream).First()), Bytes(second.Read(stream).First()));
    }

    [Fact]
    public void A_twin_has_a_log_of_its_own()
    {
        using var store = new InMemoryEventStore();
        Fuzzer.Run(Case(6, 4, "twins"), store);
        Assert.NotEmpty(store.Read(LogStreams.OfReplica("sim", new ReplicaId(0))));
        Assert.NotEmpty(store.Read(LogStreams.OfReplica("sim-twin", new ReplicaId(0))));
        Assert.Empty(store.Read(LogStreams.OfReplica("sim-twin", new ReplicaId(1))));
    }

    private static FuzzCase Case(ulong seed, int replicas, string behaviour)
    {
        var fuzzCase = FuzzCase.FromSeed(seed, replicas);
        return fuzzCase with
        {
            Options = fuzzCase.Options with { Faulty = [new FaultyReplica(new ReplicaId(0), behaviour)], Faults = FaultProfile.Many },
        };
    }

    private static IEnumerable<string> Streams(int replicas)
    {
        foreach (var cluster in new[] { "sim", "sim-twin" })
        {
            for (var i = 0; i < replicas; i++)
            {
                yield return LogStreams.OfReplica(cluster, new ReplicaId(i));
                yield return LogStreams.OfSnapshots(cluster, new ReplicaId(i));
            }
        }
    }

    private static int RequireEqual(string stream, InMemoryEventStore first, InMemoryEventStore second)
    {
        var (left, right) = (first.Read(stream).ToArray(), second.Read(stream).ToArray());
        Assert.Equal(left.Length, right.Length);
        for (var i = 0; i < left.Length; i++) Assert.Equal(Bytes(left[i]), Bytes(right[i]));
        return left.Length;
    }

    private static string Bytes(StoredEvent e) =>
        $"{e.Revision} {e.Type} {e.Id} {Convert.ToHexString(e.Data.Span)} {Convert.ToHexString(e.Metadata.Span)}";
}
