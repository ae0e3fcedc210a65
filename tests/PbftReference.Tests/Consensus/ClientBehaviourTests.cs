using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>What becomes of a client that does not keep to the rules; documented in docs/operations.md.</summary>
public class ClientBehaviourTests
{
    [Fact]
    public async Task Timestamps_in_reverse_order_are_all_executed()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();

        for (var t = 20; t >= 1; t--) await stacks.Send(3, t, $"operation {t}", 0);

        var results = new List<string>();
        for (var t = 1; t <= 20; t++) results.Add(await stacks.Result(3, t));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), results.OrderBy(int.Parse));
    }

    [Fact]
    public async Task A_timestamp_that_is_used_again_gets_the_first_ones_result()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        await stacks.Send(3, 1, "first", 0);
        Assert.Equal("1", await stacks.Result(3, 1));

        await stacks.Send(3, 1, "second", 0, 1, 2, 3);
        await stacks.Send(3, 2, "third", 0);

        Assert.Equal("2", await stacks.Result(3, 2));
        Assert.Equal("1", await stacks.Result(3, 1));
        Assert.All(stacks.Nodes, node => Assert.DoesNotContain(
            node.Stack.GetBlock(new SequenceNumber(2))?.Requests ?? [], r => r.Timestamp.Value == 1));
    }

    [Fact]
    public async Task Two_operations_under_one_timestamp_at_two_replicas_are_executed_once()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();

        await stacks.Send(3, 1, "to one", 1);
        await stacks.Send(3, 1, "to another", 2);
        await stacks.Send(4, 1, "of somebody else", 0);

        await stacks.Result(3, 1);
        await stacks.Result(4, 1);
        await stacks.Until("all have executed", () => stacks.Nodes.All(node => node.Stack.GetBlockchainInfo() == stacks.Nodes[0].Stack.GetBlockchainInfo()));
        var executed = Enumerable.Range(1, 10).Select(n => stacks.Nodes[0].Stack.GetBlock(new SequenceNumber(n))).OfType<PbftReference.Consensus.Interfaces.Block>().SelectMany(b => b.Requests);
        Assert.Single(executed, r => r.Client.Value == 3);
    }

    [Fact]
    public async Task A_timestamp_beyond_the_window_is_refused_until_the_window_has_moved()
    {
        await using var stacks = new TestStacks();
        stacks.StartAll();
        await stacks.Send(3, 65, "ahead", 0, 1, 2, 3);
        for (var t = 1; t <= 64; t++) await stacks.Send(3, t, $"operation {t}", 0);
        for (var t = 1; t <= 64; t++) await stacks.Result(3, t);
        await stacks.Until("the window has moved", () => stacks.Nodes[0].Consenter.State.Clients.Of(new ClientId(3)).Base.Value == 64);
        Assert.False(stacks.Nodes[0].Consenter.State.Clients.Of(new ClientId(3)).IsExecuted(new Timestamp(65)));

        await stacks.Send(3, 65, "now", 0);

        Assert.Equal("65", await stacks.Result(3, 65));
    }
}
