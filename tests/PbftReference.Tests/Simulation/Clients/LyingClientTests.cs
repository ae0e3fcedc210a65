using PbftReference.Core.Rules;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Clients;

/// <summary>A client that misbehaves harms nobody but itself (paper section 4.1).</summary>
public class LyingClientTests
{
    [Theory]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 7)]
    public void Whatever_clients_sign_the_others_are_served_once_each_and_in_one_order(int seed, int replicas)
    {
        var result = Fuzzer.Run(With((ulong)seed, replicas, liars: 3));
        Assert.True(result.Verdict == FuzzVerdict.Fine, result.Detail);
        Assert.True(result.Acts["lying client"] > 20, "they hardly lied");
        Assert.True(result.Statistics.Refusals[Refusal.TimestampInvalid] > 0);
        Assert.True(result.Statistics.Refusals[Refusal.TimestampAhead] > 0);
        Assert.True(result.Statistics.Refusals[Refusal.ConflictingVote] > 0);
    }

    [Fact]
    public void What_a_lying_client_validly_signs_is_executed_once_for_each_timestamp_and_everywhere_the_same()
    {
        using var store = new InMemoryEventStore();
        var fuzzCase = With(3, 4, liars: 2);
        using var cluster = new Cluster(fuzzCase.Options with { Faulty = [], Service = "ledger" }, store, FuzzWorkload.For("ledger", fuzzCase.Operations));
        cluster.Start();
        var outcome = cluster.Run();
        Assert.True(outcome is { Safe: true, Completed: true }, string.Join("; ", outcome.Violations));
        Assert.True(cluster.Checker.ExecutedForLiars > 5);
        Assert.Equal(fuzzCase.Operations, cluster.Checker.Executed);
        var ledgers = cluster.Replicas.Select(r => string.Join('\n', r.Host.Service.Service.Entries().Select(e => $"{e.Label} {e.Text}"))).Distinct();
        var ledger = Assert.Single(ledgers);
        var lies = ledger.Split('\n').Where(line => line.Contains("put lie", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ')[1..3])).ToArray();
        Assert.Equal(lies.Length, lies.Distinct().Count());
    }

    private static FuzzCase With(ulong seed, int replicas, int liars)
    {
        var fuzzCase = FuzzCase.FromSeed(seed, replicas);
        return fuzzCase with { Options = fuzzCase.Options with { LyingClients = liars } };
    }
}
