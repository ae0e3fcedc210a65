using System.Buffers.Binary;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Frames and the hello out of bytes, however they come.</summary>
public class FrameReaderTests
{
    private const int Gibibyte = 1 << 30;
    private static readonly Digest Genesis = Digest.Of([1]);

    [Fact]
    public void An_announcement_of_a_gibibyte_takes_memory_only_for_what_came()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Refusal([.. Header(Gibibyte), 1, 2, 3], Gibibyte);

        Assert.Equal(TransportRefusal.Protocol, refused.Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_frame_above_the_bound_is_refused_by_its_announcement_alone()
    {
        Assert.Equal(TransportRefusal.OversizedFrame, Refusal(Header(1001), 1000).Reason);
        Assert.Equal(TransportRefusal.OversizedFrame, Refusal(Header(-1), 1000).Reason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_end_inside_the_announcement_is_refused(int bytes) => Assert.Equal(TransportRefusal.Protocol, Refusal(Header(5)[..bytes], 1000).Reason);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public async Task Frames_are_the_same_in_whatever_pieces_they_come(int piece)
    {
        var frames = new[] { 0, 1, 3, 4, 5, 256, 70_000, 0, 2 }.Select(size => Enumerable.Range(size, size).Select(i => (byte)i).ToArray()).ToList();
        await using var reader = new FrameReader(new Pieces([.. frames.SelectMany(frame => Header(frame.Length).Concat(frame))], piece));

        var read = new List<byte[]>();
        while (await reader.Read(70_000, Timeout.InfiniteTimeSpan, default) is { } frame) read.Add(frame);

        Assert.Equal(frames, read);
    }

    [Fact]
    public void A_hello_is_read_as_it_was_written() =>
        Assert.All([PeerId.Of(new ReplicaId(3)), PeerId.Of(new ClientId(long.MaxValue))], peer => Assert.Equal(peer, Hello.Decode(Hello.Encode(Genesis, peer), Genesis)));

    [Fact]
    public void Whatever_is_not_a_hello_is_refused_and_nothing_worse()
    {
        var hello = Hello.Encode(Genesis, PeerId.Of(new ReplicaId(3)));
        Assert.True(hello.Length <= Hello.MaxSize);
        for (var length = 0; length < hello.Length; length++) Refused(hello[..length]);
        for (var place = 0; place < hello.Length - sizeof(long); place++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var other = hello.ToArray();
                other[place] ^= (byte)(1 << bit);
                if (other[^9] <= 1 && place == hello.Length - 9) continue; // replica and client: the key decides
                Refused(other);
            }
        }

        Refused([.. hello, 0]);
    }

    private static void Refused(byte[] hello) => Assert.Contains(
        Assert.Throws<RefusedException>(() => Hello.Decode(hello, Genesis)).Reason, new[] { TransportRefusal.Protocol, TransportRefusal.WrongCluster });

    private static RefusedException Refusal(byte[] bytes, int largest) => Assert.Throws<RefusedException>(() =>
    {
        var read = new FrameReader(new MemoryStream(bytes)).Read(largest, Timeout.InfiniteTimeSpan, default);
        Assert.True(read.IsCompleted, "all is there, so nothing waits");
        return read.GetAwaiter().GetResult();
    });

    private static byte[] Header(int length)
    {
        var header = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(header, length);
        return header;
    }

    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
