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
        var begun = 0L;
        while (true)
        {
            // the end of the stream is told by the result alone, so none may be left unlooked at
            var result = begun == 0 ? await _pipe.ReadAsync(cancellation).ConfigureAwait(false) : await More(begun, stall, cancellation).ConfigureAwait(false);
            if (Take(result.Buffer, largest) is { } frame) return frame;
            begun = result.Buffer.Length;
            if (result.IsCompleted) return begun == 0 ? null : throw new RefusedException(TransportRefusal.Protocol, $"the connection ended inside a frame of which {begun} bytes came");
            _pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
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

    /// <summary>Waits for more of a begun frame.</summary>
    private async ValueTask<ReadResult> More(long have, TimeSpan stall, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(stall);
        try
        {
            return await _pipe.ReadAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RefusedException(TransportRefusal.StalledFrame, $"a frame of which {have} bytes came did not go on for {stall.TotalSeconds:0.#} s");
        }
    }

    public ValueTask DisposeAsync() => _pipe.CompleteAsync();
}
