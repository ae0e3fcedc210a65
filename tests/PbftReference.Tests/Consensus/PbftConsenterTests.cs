using PbftReference.Consensus.Ledger;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.Host.Replay;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>The PBFT plugin in whole stacks, on real threads.</summary>
public class PbftConsenterTests
{
    [Fact]
    public async Task Four_stacks_execute_a_request_and_answer_it()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();

        await stacks.Send(3, 1, "hello", 0);

        Assert.Equal("1", await stacks.Result(3, 1));
    }

    [Fact]
    public async Task A_request_that_only_backups_know_reaches_the_primary()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();

        await stacks.Send(3, 1, "hello", 1, 2);

        Assert.Equal("1", await stacks.Result(3, 1));
    }

    [Fact]
    public async Task A_transaction_of_a_backup_is_executed_everywhere_and_its_result_told()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        var id = Guid.NewGuid();

        await stacks.Nodes[2].Engine!.ProcessTransaction(new LocalTransaction(id, "by the way"u8.ToArray()), default);

        await stacks.Until("the result", () => stacks.Transactions.ContainsKey(id));
        Assert.Equal("1", stacks.Transactions[id]);
    }

    [Fact]
    public async Task More_transactions_than_the_window_wait_for_their_turn_and_none_is_lost()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();

        for (var i = 0; i < 300; i++) await stacks.Nodes[1].Engine!.ProcessTransaction(new LocalTransaction(Guid.NewGuid(), new byte[] { (byte)i }), default);

        await stacks.Until("300 results", () => stacks.Transactions.Count == 300);
        Assert.Equal(Enumerable.Range(1, 300).Select(i => $"{i}"), stacks.Transactions.Values.OrderBy(long.Parse));
    }

    [Fact]
    public async Task The_chains_of_blocks_of_all_replicas_are_equal()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        for (var t = 1; t <= 60; t++) await stacks.Send(3, t, $"operation {t}", 0);

        for (var t = 1; t <= 60; t++) await stacks.Result(3, t);

        await stacks.Until("all have executed", () => stacks.Nodes.All(node => node.Stack.GetBlockchainInfo() == stacks.Nodes[0].Stack.GetBlockchainInfo()));
        var chains = stacks.Nodes.Select((node, i) => new BlockStore(node.Blocks, "test", new ReplicaId(i)).All().Select(block => block.Hash).ToList()).ToList();
        Assert.All(chains, chain => Assert.Equal(chains[0], chain));
        Assert.Equal(60, new BlockStore(stacks.Nodes[0].Blocks, "test", new ReplicaId(0)).All().Sum(block => block.Requests.Length));
    }

    [Fact]
    public async Task When_the_primary_is_stopped_the_others_change_the_view_and_go_on()
    {
        await using var stacks = new TestStacks(configuration: new ClusterConfiguration { BatchTimeout = 5, RequestTimeout = 200, ResendViewChangeTimeout = 200 });
        stacks.StartAll();
        await stacks.Send(3, 1, "first", 0);
        await stacks.Result(3, 1);

        await stacks.Nodes[0].Stop();
        await stacks.Send(3, 2, "second", 1, 2, 3);

        Assert.Equal("2", await stacks.Result(3, 2));
        Assert.All(stacks.Nodes.Skip(1), node => Assert.True(node.Consenter.State.View.Value >= 1));
    }

    [Fact]
    public async Task A_replica_that_was_stopped_catches_up_by_its_log_and_the_others()
    {
        await using var stacks = new TestStacks(configuration: new ClusterConfiguration { BatchTimeout = 1, CheckpointPeriod = 2, LogMultiplier = 2, BatchSize = 1, StatusTimeout = 50 });
        stacks.StartAll();
        await stacks.Send(3, 1, "before", 0);
        await stacks.Result(3, 1);

        await stacks.Nodes[3].Stop();
        for (var t = 2; t <= 30; t++)
        {
            await stacks.Send(3, t, $"meanwhile {t}", 0);
            await stacks.Result(3, t);
        }

        stacks.Nodes[3].Start();
        await stacks.Until("replica 3 is where the others are", () => stacks.Nodes[3].Consenter.State.LastExecuted == stacks.Nodes[0].Consenter.State.LastExecuted);
        Assert.Equal(stacks.Nodes[0].Consenter.State.ServiceDigest, stacks.Nodes[3].Consenter.State.ServiceDigest);
        Assert.Equal(stacks.Nodes[0].Stack.GetBlockchainInfo(), stacks.Nodes[3].Stack.GetBlockchainInfo());
        Assert.True(stacks.Nodes[3].Stack.IsValid);
    }

    [Fact]
    public async Task A_ledger_file_that_is_lost_is_made_again_from_the_log()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        for (var t = 1; t <= 20; t++) await stacks.Send(3, t, $"operation {t}", 0);
        for (var t = 1; t <= 20; t++) await stacks.Result(3, t);
        await stacks.Until("replica 1 has them", () => stacks.Nodes[1].Stack.GetBlockchainInfo() == stacks.Nodes[0].Stack.GetBlockchainInfo());
        var before = stacks.Nodes[1].Stack.GetBlockchainInfo();

        await stacks.Nodes[1].Stop();
        stacks.Nodes[1].LoseBlocks();
        stacks.Nodes[1].Start();

        Assert.Equal(before.StateDigest, stacks.Nodes[1].Stack.GetBlockchainInfo().StateDigest);
        Assert.Equal(20, new BlockStore(stacks.Nodes[1].Blocks, "test", new ReplicaId(1)).All().Sum(block => block.Requests.Length));
    }

    [Fact]
    public async Task The_log_of_a_live_replica_is_decided_again_byte_for_byte()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        for (var t = 1; t <= 50; t++) await stacks.Send(3, t, $"operation {t}", 0);
        for (var t = 1; t <= 50; t++) await stacks.Result(3, t);
        foreach (var node in stacks.Nodes) await node.Stop();

        for (var i = 0; i < 4; i++)
        {
            Assert.NotEmpty(ReplicaLog.Read(stacks.Nodes[i].Log, LogStreams.OfReplica("test", new ReplicaId(i))));
            ReplayOf(stacks, i);
        }
    }

    private static void ReplayOf(TestStacks stacks, int i)
    {
        var result = ReplayVerifier.Verify(stacks.Nodes[i].Log, stacks.Genesis, new ReplicaId(i));
        Assert.Null(result.Mismatch);
    }
}
