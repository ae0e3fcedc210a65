using PbftReference.Consensus.Controller;
using PbftReference.Consensus.Ledger;
using PbftReference.Consensus.Noops;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>The noops plugin: blocks by size and time, no agreement, nothing lost.</summary>
public class NoopsConsenterTests
{
    [Fact]
    public async Task A_full_block_does_not_wait_for_its_time()
    {
        await using var stacks = new TestStacks(1, "noops", noops: new NoopsSettings(3, TimeSpan.FromHours(1)));
        stacks.StartAll();

        for (var t = 1; t <= 3; t++) await stacks.Send(5, t, $"operation {t}", 0);

        Assert.Equal("3", await stacks.Result(5, 3));
        Assert.Equal(3, new BlockStore(stacks.Nodes[0].Blocks, "test", new ReplicaId(0)).Last!.Requests.Length);
    }

    [Fact]
    public async Task A_block_that_is_not_full_is_made_when_its_time_is_over()
    {
        await using var stacks = new TestStacks(1, "noops", noops: new NoopsSettings(500, TimeSpan.FromMilliseconds(5)));
        stacks.StartAll();

        await stacks.Send(5, 1, "alone", 0);

        Assert.Equal("1", await stacks.Result(5, 1));
    }

    [Fact]
    public async Task A_request_that_comes_twice_is_executed_once_and_answered_twice()
    {
        await using var stacks = new TestStacks(1, "noops");
        stacks.StartAll();
        await stacks.Send(5, 1, "once", 0);
        await stacks.Result(5, 1);

        await stacks.Send(5, 1, "once", 0);
        await stacks.Send(5, 2, "next", 0);

        Assert.Equal("2", await stacks.Result(5, 2));
        Assert.Equal("1", await stacks.Result(5, 1));
    }

    [Fact]
    public async Task A_transaction_reaches_every_replica()
    {
        await using var stacks = new TestStacks(3, "noops");
        stacks.StartAll();

        await stacks.Nodes[1].Engine!.ProcessTransaction(new LocalTransaction(Guid.NewGuid(), "hello"u8.ToArray()), default);

        await stacks.Until("three blocks", () => stacks.Nodes.All(node => node.Stack.GetBlockchainSize() == 1));
    }

    /// <summary>Fabric rolls back, logs, and the transactions are gone.</summary>
    [Fact]
    public async Task When_a_commit_fails_its_transactions_wait_in_order_and_none_is_lost()
    {
        await using var stacks = new TestStacks(1, "noops", noops: new NoopsSettings(2, TimeSpan.FromMilliseconds(1)));
        var failing = new FailingStore();
        stacks.Nodes[0].UseBlocks(failing);
        stacks.StartAll();
        var failures = 0;
        ((NoopsConsenter)stacks.Nodes[0].Engine!.Consenter).CommitFailed += _ => Interlocked.Increment(ref failures);

        failing.Fails = true;
        for (var t = 1; t <= 4; t++) await stacks.Send(5, t, $"operation {t}", 0);
        await stacks.Until("a failure", () => Volatile.Read(ref failures) > 0);
        failing.Fails = false;

        for (var t = 1; t <= 4; t++) Assert.Equal($"{t}", await stacks.Result(5, t));
    }

    [Fact]
    public async Task After_a_restart_the_state_is_made_again_from_the_blocks()
    {
        await using var stacks = new TestStacks(1, "noops");
        stacks.StartAll();
        await stacks.Send(5, 1, "before", 0);
        await stacks.Result(5, 1);

        await stacks.Nodes[0].Stop();
        stacks.Nodes[0].Start();
        await stacks.Send(5, 2, "after", 0);

        Assert.Equal("2", await stacks.Result(5, 2));
    }

    [Theory]
    [InlineData("pbft")]
    [InlineData("PBFT")]
    [InlineData("noops")]
    public async Task The_controller_picks_the_plugin_by_its_name(string name)
    {
        await using var stacks = new TestStacks(1, name);
        stacks.StartAll();

        Assert.Equal(name.ToLowerInvariant(), stacks.Nodes[0].Engine!.Consenter.Name);
    }

    [Theory]
    [InlineData("pfbt")]
    [InlineData("")]
    [InlineData("sieve")]
    public void An_unknown_plugin_is_an_error_that_names_the_choices(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => ConsenterController.NewConsenter(name, null!));

        Assert.Contains("pbft, noops", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A store that can be made to fail.</summary>
    private sealed class FailingStore : IEventStore
    {
        private readonly InMemoryEventStore _inner = new();

        public bool Fails { get; set; }

        public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) =>
            Fails ? throw new EventStoreException(EventStoreFailure.OutOfSpace, "the disk is full") : _inner.Append(stream, expected, events);

        public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => _inner.Read(stream, fromRevision, maxCount);

        public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) =>
            _inner.ReadBackwards(stream, fromRevision, maxCount);

        public StreamTail? Tail(string stream) => _inner.Tail(stream);

        public void Truncate(string stream, long beforeRevision) => _inner.Truncate(stream, beforeRevision);

        public IReadOnlyList<string> Streams() => _inner.Streams();

        public IEventSubscription Subscribe(string stream, long afterRevision = -1) => _inner.Subscribe(stream, afterRevision);

        public IAppendGroup BeginGroup() => _inner.BeginGroup();

        public void Dispose() => _inner.Dispose();
    }
}
