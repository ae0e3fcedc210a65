using PbftReference.Audit.Accountability;
using PbftReference.Audit.Shrinking;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Services;
using PbftReference.Simulation;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>More than f lie, and two correct replicas decide differently: their two logs convict at least f+1, all of them liars.</summary>
public sealed class ForkTests : IDisposable
{
    private static readonly ClusterConfiguration Configuration = new ClusterConfiguration
    {
        CheckpointPeriod = 2, LogMultiplier = 2, InitialServiceDigest = ServiceFactory.Create("ledger").Digest,
    }.Validate();

    private readonly Genesis _genesis = new("fork", Configuration, "ledger", Digest.Of([7]));
    private readonly SimulatedKeys _keys;
    private readonly InMemoryEventStore _store = new();

    public ForkTests() => _keys = new SimulatedKeys(_genesis.Digest, 4, new SeededRandom(1));

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Equivocation_by_the_primary_and_another_is_a_conflict_that_convicts_just_these_two()
    {
        LogOf(2, [.. Decided(0, BatchOf("a"), 2)]);
        LogOf(3, [.. Decided(0, BatchOf("b"), 3)]);

        var report = ClusterAudit.Run(_store, _genesis, _keys);

        var conflict = Assert.Single(report.Conflicts);
        Assert.Equal((new SequenceNumber(1), new ReplicaId(2), new ReplicaId(3)), (conflict.Place, conflict.One, conflict.Other));
        Assert.Empty(conflict.Missing);
        Assert.Equal([(0, SpecOffence.Equivocation), (1, SpecOffence.Equivocation)], report.Accusations.Select(a => (a.Accused.Value, a.Offence)));
        Assert.False(report.IsUndetermined(Configuration.WeakQuorum));
        Assert.Equal(0, report.Forged);
    }

    [Fact]
    public void One_log_of_the_two_shows_no_conflict_and_accuses_nobody()
    {
        LogOf(3, [.. Decided(0, BatchOf("b"), 3)]);

        var report = ClusterAudit.Run(_store, _genesis, _keys);

        Assert.Empty(report.Conflicts);
        Assert.Empty(report.Accusations);
        Assert.Contains("replica 2: its log is not here", report.Gaps);
    }

    [Fact]
    public void A_liars_log_that_claims_another_decision_is_no_conflict()
    {
        LogOf(2, [.. Decided(0, BatchOf("a"), 2)]);
        // replica 3 makes up the votes of the others: their signatures do not hold
        LogOf(3, [.. Decided(0, BatchOf("b"), 3, signer: _ => 3)]);

        var report = ClusterAudit.Run(_store, _genesis, _keys);

        Assert.Empty(report.Conflicts);
        Assert.Empty(report.Accusations);
        Assert.True(report.Forged > 0);
        Assert.Contains(report.Gaps, gap => gap.StartsWith("replica 3: its log says that it decided", StringComparison.Ordinal));
    }

    // What a replica takes in until it decides a batch at 1: the proposal, and the votes and commits of 0 and 1.
    private IEnumerable<Input> Decided(long view, Batch batch, int self, Func<int, int>? signer = null)
    {
        var (v, n) = (new ViewNumber(view), new SequenceNumber(1));
        var by = signer ?? (i => i);
        yield return new ReplicaStarted(Digest.Of([(byte)self]));
        yield return From(0, new PrePrepare(v, n, batch.Digest, Digest.None, new ReplicaId(0), batch), by);
        yield return From(1, new Prepare(v, n, batch.Digest, Digest.None, new ReplicaId(1)), by);
        foreach (var i in new[] { 0, 1 }) yield return From(i, new Commit(v, n, batch.Digest, new ReplicaId(i)), by);
    }

    private MessageReceived From(int replica, ReplicaMessage message, Func<int, int> by) =>
        new(message, _keys.SignerOf(new ReplicaId(by(replica))).Sign(Statements.DigestOf(message), 5, Digest.Of([9])));

    private void LogOf(int replica, Input[] inputs)
    {
        var steps = Redecision.Run(_genesis, new ReplicaId(replica), inputs).ToList();
        Assert.Contains(steps, step => step.Step.Events.Any(change => change is PbftReference.Core.Events.CommittedLocal));
        Redecision.Write(_store, _genesis, new ReplicaId(replica), steps);
    }

    private Batch BatchOf(string operation)
    {
        var request = new Request(new ClientId(0), new Timestamp(1), [.. System.Text.Encoding.UTF8.GetBytes(operation)]);
        return new Batch([new Signed<Request>(request, _keys.SignAs(request.Client, request.StatementDigest))]);
    }
}
