using System.Collections.Immutable;
using PbftReference.Consensus.Executor;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Ledger;
using PbftReference.Core.Effects;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>The executor: work is done in order, and every call is answered once, whatever happens.</summary>
public sealed class CoordinatorTests : IDisposable, IExecutionConsumer
{
    private readonly InMemoryEventStore _store = new();
    private readonly VirtualEventManager _manager = new();
    private readonly List<string> _answers = [];
    private readonly ServiceRunner _service;
    private readonly BlockLedger _ledger;
    private readonly Coordinator _executor;

    public CoordinatorTests()
    {
        var genesis = new PbftReference.Host.Genesis("test", new ClusterConfiguration { InitialServiceDigest = new LedgerService().Digest }.Validate(), LedgerService.ServiceName, Digest.None);
        _ledger = new BlockLedger(new BlockStore(_store, "test", new ReplicaId(0)), genesis);
        _service = new ServiceRunner(new LedgerService(), 64, _ledger);
        _ledger.Attach(_service);
        _executor = new Coordinator(_ledger, this, _manager);
        _executor.Start();
    }

    public void Dispose() => _store.Dispose();

    void IExecutionConsumer.Executed(object tag) => _answers.Add($"executed {tag}");

    void IExecutionConsumer.Committed(object tag, BlockchainInfo info) => _answers.Add($"committed {tag} at {info.SequenceNumber}");

    void IExecutionConsumer.RolledBack(object tag) => _answers.Add($"rolled back {tag}");

    void IExecutionConsumer.StateUpdated(object tag, BlockchainInfo? info) => _answers.Add($"updated {tag}: {(info is null ? "failed" : info.SequenceNumber.ToString())}");

    private static ImmutableArray<Request> One(long timestamp) => [new Request(new ClientId(1), new Timestamp(timestamp), [1])];

    [Fact]
    public void Work_is_answered_in_the_order_in_which_it_was_asked_for()
    {
        _executor.Execute("a", One(1));
        _executor.Execute("b", One(2));
        _executor.Commit("c", new ConsensusMetadata(new SequenceNumber(1)));
        _executor.Execute("d", One(3));
        _executor.Rollback("e");
        _manager.RunToIdle();

        Assert.Equal(["executed a", "executed b", "committed c at 1", "executed d", "rolled back e"], _answers);
        Assert.Equal(2, _ledger.GetBlock(new SequenceNumber(1))!.Requests.Length);
    }

    /// <summary>D14: in Fabric a flag stays set, so that the next execution runs outside a batch.</summary>
    [Fact]
    public void D14_after_a_state_update_with_an_open_batch_the_next_execution_begins_a_batch_of_its_own()
    {
        var target = StageEmptyCheckpoint();
        _executor.Execute("a", One(1));
        _executor.UpdateState("b", target, []);
        _executor.Execute("c", One(2));
        _executor.Commit("d", new ConsensusMetadata(new SequenceNumber(11)));
        _manager.RunToIdle();

        Assert.Equal(["executed a", "updated b: 10", "executed c", "committed d at 11"], _answers);
        var block = _ledger.GetBlock(new SequenceNumber(11))!;
        Assert.Equal("1", System.Text.Encoding.ASCII.GetString(Assert.Single(block.Results).AsSpan()));
    }

    /// <summary>D14 and D15: in Fabric everything after a failed update is dropped without an answer.</summary>
    [Fact]
    public void D15_a_state_that_cannot_be_taken_over_is_answered_and_work_goes_on()
    {
        var target = StageEmptyCheckpoint();
        _executor.UpdateState("a", target with { StateDigest = Digest.Of([9]) }, []);
        _executor.UpdateState("b", target, []);
        _executor.Execute("c", One(1));
        _manager.RunToIdle();

        Assert.Equal(["updated a: failed", "updated b: 10", "executed c"], _answers);
    }

    [Fact]
    public void A_commit_without_anything_executed_stops_the_node_with_what_is_wrong()
    {
        _executor.Commit("a", new ConsensusMetadata(new SequenceNumber(1)));

        var error = Assert.Throws<LedgerException>(() => _manager.RunToIdle());
        Assert.Contains("no batch is open", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A checkpoint at place 10 whose state is that of an empty ledger, fetched and put aside.</summary>
    private StateTarget StageEmptyCheckpoint()
    {
        var n = new SequenceNumber(10);
        var pages = new LedgerService().Capture();
        var target = new StateTarget(n, StateDigests.Of(n, [], pages.Digest));
        _service.Stage(new StageState(n, [], pages.PageDigests));
        return target;
    }
}
