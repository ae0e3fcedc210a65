using System.Collections.Concurrent;
using System.Threading.Channels;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Util;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>The fan merges connections into one consumer: in order for each, and fair to all.</summary>
public class MessageFanTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static Received From(long peer, byte number) => new(new ConsenterMessage(ConsenterMessageType.Consensus, new[] { number }), new PeerId(PeerType.Client, peer));

    [Fact]
    public async Task Each_input_keeps_its_order()
    {
        var seen = new ConcurrentQueue<(long Peer, byte Number)>();
        await using var fan = new MessageFan((received, _) =>
        {
            seen.Enqueue((received.Sender.Number, received.Message.Payload.Span[0]));
            return default;
        });
        var inputs = Enumerable.Range(0, 4).Select(_ => Channel.CreateUnbounded<Received>()).ToList();
        foreach (var input in inputs) Assert.True(fan.AddFaninChannel(input.Reader));

        for (byte number = 0; number < 50; number++)
        {
            for (var peer = 0; peer < inputs.Count; peer++) await inputs[peer].Writer.WriteAsync(From(peer, number));
        }

        await Until(() => seen.Count == 200);
        Assert.All(Enumerable.Range(0, 4), peer => Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), seen.Where(s => s.Peer == peer).Select(s => s.Number)));
    }

    [Fact]
    public async Task The_same_channel_is_an_input_once_and_a_closed_one_is_none_any_more()
    {
        await using var fan = new MessageFan((_, _) => default);
        var input = Channel.CreateUnbounded<Received>();

        Assert.True(fan.AddFaninChannel(input.Reader));
        Assert.False(fan.AddFaninChannel(input.Reader));
        Assert.Equal(1, fan.Inputs);
        input.Writer.Complete();

        await Until(() => fan.Inputs == 0);
    }

    /// <summary>Fabric's handler throws away what does not fit; here the sender waits, and a flood gets no more than its turn.</summary>
    [Fact]
    public async Task A_flood_from_one_input_does_not_keep_another_from_its_turn()
    {
        var turns = new ConcurrentQueue<long>();
        var gate = new SemaphoreSlim(1, 1);
        await using var fan = new MessageFan(async (received, cancellation) =>
        {
            await gate.WaitAsync(cancellation);
            turns.Enqueue(received.Sender.Number);
            gate.Release();
        });
        var flood = Channel.CreateUnbounded<Received>();
        var quiet = Channel.CreateUnbounded<Received>();
        for (var i = 0; i < 10_000; i++) flood.Writer.TryWrite(From(1, 0));
        for (byte i = 0; i < 10; i++) quiet.Writer.TryWrite(From(2, i));

        fan.AddFaninChannel(flood.Reader);
        fan.AddFaninChannel(quiet.Reader);

        await Until(() => turns.Count(peer => peer == 2) == 10);
    }

    private static async Task Until(Func<bool> holds)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waited.Elapsed < Patience, "in vain");
            await Task.Delay(1);
        }
    }
}
