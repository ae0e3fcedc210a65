using System.Collections.Immutable;
using PbftReference.Consensus.Helper;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Core.Effects;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>The ledger of blocks: batches are opened, executed, committed or undone, and each stands once.</summary>
public sealed class LedgerTests : IDisposable
{
    private readonly InMemoryEventStore _store = new();

    public void Dispose() => _store.Dispose();

    private static PbftReference.Host.Genesis Genesis { get; } = new(
        "test", new ClusterConfiguration { InitialServiceDigest = new LedgerService().Digest }.Validate(), LedgerService.ServiceName, Digest.None);

    private static ImmutableArray<Request> Requests(params string[] operations) =>
        [.. operations.Select((text, i) => new Request(new ClientId(1), new Timestamp(i + 1), [.. System.Text.Encoding.UTF8.GetBytes(text)]))];

    private static ConsensusMetadata At(long n) => new(new SequenceNumber(n));

    private BlockLedger NewLedger(IService? service = null)
    {
        var ledger = new BlockLedger(new BlockStore(_store, "test", new ReplicaId(0)), Genesis);
        ledger.Attach(new ServiceRunner(service ?? new LedgerService(), 64, ledger));
        return ledger;
    }

    [Fact]
    public void A_committed_batch_is_a_block_that_follows_on_the_one_before()
    {
        var ledger = NewLedger();
        var first = Commit(ledger, 1, "a", "b");
        var second = Commit(ledger, 2, "c");

        Assert.Equal(first.Hash, second.PreviousHash);
        Assert.Equal(["1", "2"], first.Results.Select(r => System.Text.Encoding.ASCII.GetString(r.AsSpan())));
        Assert.Equal((2, second.Hash), (ledger.GetBlockchainInfo().SequenceNumber.Value, ledger.GetBlockchainInfo().CurrentHash));
        Assert.Equal((2, At(2)), (ledger.GetBlockchainSize(), ledger.GetBlockHeadMetadata()));
    }

    [Fact]
    public void A_batch_that_is_rolled_back_leaves_the_state_as_it_was()
    {
        var ledger = NewLedger();
        var before = Commit(ledger, 1, "a").StateDigest;
        ledger.BeginTxBatch("x");
        Assert.NotEqual(before, ledger.ExecTxs("x", Requests("b")).StateDigest);

        ledger.RollbackTxBatch("x");

        Assert.Equal(before, ledger.GetBlockchainInfo().StateDigest);
        Assert.Equal("2", System.Text.Encoding.ASCII.GetString(Commit(ledger, 2, "c").Results[0].AsSpan()));
    }

    [Fact]
    public void A_batch_that_was_committed_before_is_not_executed_twice()
    {
        var ledger = NewLedger();
        var block = Commit(ledger, 1, "a");

        var again = Commit(ledger, 1, "a");

        Assert.Equal(block, again);
        Assert.Equal(1, ledger.GetBlockchainSize());
        Assert.Equal("2", System.Text.Encoding.ASCII.GetString(Commit(ledger, 2, "b").Results[0].AsSpan()));
    }

    [Fact]
    public void Another_batch_at_a_place_that_is_taken_is_refused()
    {
        var ledger = NewLedger();
        Commit(ledger, 1, "a");
        ledger.BeginTxBatch("x");
        ledger.ExecTxs("x", Requests("other"));

        var refused = Assert.Throws<LedgerException>(() => ledger.CommitTxBatch("x", At(1)));

        Assert.Contains("another block stands at place 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_batch_is_open_at_a_time_and_only_its_own_name_closes_it()
    {
        var ledger = NewLedger();
        ledger.BeginTxBatch("x");

        Assert.Throws<LedgerException>(() => ledger.BeginTxBatch("y"));
        Assert.Throws<LedgerException>(() => ledger.ExecTxs("y", Requests("a")));
        Assert.Throws<LedgerException>(() => ledger.CommitTxBatch("y", At(1)));
        Assert.Throws<LedgerException>(() => ledger.RollbackTxBatch("y"));
    }

    [Fact]
    public void What_a_preview_shows_is_what_the_commit_leaves()
    {
        var ledger = NewLedger();
        ledger.BeginTxBatch("x");
        ledger.ExecTxs("x", Requests("a"));

        var preview = ledger.PreviewCommitTxBatch("x", At(1));
        ledger.CommitTxBatch("x", At(1));

        Assert.Equal(preview, ledger.GetBlockchainInfo());
    }

    [Fact]
    public void After_a_checkpoint_the_chain_follows_on_what_was_signed_for()
    {
        var ledger = new BlockLedger(new BlockStore(_store, "test", new ReplicaId(0)), Genesis);
        var service = new ServiceRunner(new LedgerService(), 64, ledger);
        ledger.Attach(service);
        Commit(ledger, 1, "a");
        var signed = Digest.Of([7]);

        service.Keep(new TakeCheckpoint(new SequenceNumber(1), signed, PbftReference.Core.State.ClientTable.Empty(64)));

        Assert.Equal(BlockHash.OfCheckpoint(new SequenceNumber(1), signed), Commit(ledger, 2, "b").PreviousHash);
    }

    [Fact]
    public void Blocks_are_found_by_their_place_however_old_they_are()
    {
        var ledger = NewLedger();
        for (var n = 1; n <= 600; n += 2) Commit(ledger, n, $"operation {n}");

        var read = new BlockStore(_store, "test", new ReplicaId(0));

        Assert.All([1L, 3, 299, 599], n => Assert.Equal(n, read.At(new SequenceNumber(n))!.Metadata.SequenceNumber.Value));
        Assert.All([0L, 2, 300, 601], n => Assert.Null(read.At(new SequenceNumber(n))));
        Assert.Equal(300, read.Count);
    }

    [Fact]
    public void A_block_that_was_changed_on_disk_is_told()
    {
        var ledger = NewLedger();
        Commit(ledger, 1, "a");
        var stored = _store.Read("ledger-test.0").Single();
        using var other = new InMemoryEventStore();
        var text = System.Text.Encoding.UTF8.GetString(stored.Data.Span).Replace("\"n\":\"1\"", "\"n\":\"2\"", StringComparison.Ordinal);
        other.Append("ledger-test.0", -1, [new EventToAppend(stored.Id, stored.Type, System.Text.Encoding.UTF8.GetBytes(text), default)]);

        var told = Assert.Throws<LogFormatException>(() => new BlockStore(other, "test", new ReplicaId(0)));

        Assert.Contains("ledger-test.0: the block at revision 0 cannot be read", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_consenter_keeps_is_there_after_a_restart_and_what_it_forgot_is_not()
    {
        var persistor = new StatePersistor(_store, "test", new ReplicaId(0));
        persistor.StoreState("a.1", "one"u8);
        persistor.StoreState("a.2", "two"u8);
        persistor.StoreState("b", "three"u8);
        persistor.StoreState("a.1", "uno"u8);
        persistor.DelState("a.2");

        var again = new StatePersistor(_store, "test", new ReplicaId(0));

        Assert.Equal([("a.1", "uno")], again.ReadStateSet("a.").Select(pair => (pair.Key, System.Text.Encoding.UTF8.GetString(pair.Value))));
        Assert.Equal("three"u8.ToArray(), again.ReadState("b"));
        Assert.Null(again.ReadState("a.2"));
    }

    [Fact]
    public void Many_changes_of_few_values_do_not_fill_the_disk()
    {
        var persistor = new StatePersistor(_store, "test", new ReplicaId(0));
        persistor.StoreState("kept", "still here"u8);
        for (var i = 0; i < 5000; i++) persistor.StoreState("a", BitConverter.GetBytes(i));

        Assert.True(_store.Read("consenter-test.0").Count() < 4200);
        var again = new StatePersistor(_store, "test", new ReplicaId(0));
        Assert.Equal(BitConverter.GetBytes(4999), again.ReadState("a"));
        Assert.Equal("still here"u8.ToArray(), again.ReadState("kept"));
    }

    private static Block Commit(BlockLedger ledger, long n, params string[] operations)
    {
        ledger.BeginTxBatch(n);
        ledger.ExecTxs(n, Requests(operations));
        return ledger.CommitTxBatch(n, At(n));
    }
}
