using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace PbftReference.Runtime.Transport;

/// <summary>
/// Reads frames: four bytes of length, big-endian, and so many bytes. Memory is taken as bytes arrive, never for what is announced.
/// </summary>
internal sealed class FrameReader(Stream stream) : IAsyncDisposable
{
    private const int HeaderSize = sizeof(int);

    private readonly PipeReader _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));

    /// <summary>The next frame; null at the end of the stream, between two frames.</summary>
    /// <param name="largest">Larger ones are refused by their announcement.</param>
    /// <param name="stall">How long a frame that was begun may stand still.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="RefusedException">Oversized, stalled, or broken off.</exception>
    public async ValueTask<byte[]?> Read(int largest, TimeSpan stall, CancellationToken cancellation)
    {
        while (true)
        {
            if (_pipe.TryRead(out var result) || (result = await _pipe.ReadAsync(cancellation).ConfigureAwait(false)).IsCompleted || !result.Buffer.IsEmpty)
            {
                if (Take(result.Buffer, largest) is { } frame) return frame;
                if (result.IsCompleted) return result.Buffer.IsEmpty ? null : throw new RefusedException(TransportRefusal.Protocol, "the connection ended inside a frame");
                _pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (!result.Buffer.IsEmpty) await More(result.Buffer.Length, stall, cancellation).ConfigureAwait(false);
            }
        }
    }

    private byte[]? Take(ReadOnlySequence<byte> buffer, int largest)
    {
        if (buffer.Length < HeaderSize) return null;
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > largest) throw new RefusedException(TransportRefusal.OversizedFrame, $"a frame of {length} bytes is announced, and {largest} are allowed");
        if (buffer.Length < HeaderSize + length) return null;
        var frame = buffer.Slice(HeaderSize, length).ToArray();
        _pipe.AdvanceTo(buffer.GetPosition(HeaderSize + length));
        return frame;
    }

    /// <summary>Waits until more of a begun frame is there; it stays unread.</summary>
    private async ValueTask More(long have, TimeSpan stall, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(stall);
        try
        {
            var result = await _pipe.ReadAsync(patience.Token).ConfigureAwait(false);
            _pipe.AdvanceTo(result.Buffer.Start);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RefusedException(TransportRefusal.StalledFrame, $"a frame of which {have} bytes came did not go on for {stall.TotalSeconds:0.#} s");
        }
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();
}
