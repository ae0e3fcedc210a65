using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading.Channels;
using PbftReference.Consensus.Interfaces;

namespace PbftReference.Runtime.Transport;

/// <summary>
/// The frames that wait for one peer, in order, bounded in number and bytes; they outlive the connection. What does not fit is dropped:
/// the protocol sends again what is missing, and who sends never waits.
/// </summary>
internal sealed class Link
{
    private const int BytesPerFlush = 256 * 1024;
    private const int HeaderSize = sizeof(int);

    private readonly Channel<ReadOnlyMemory<byte>> _frames;
    private readonly ITransportObserver _observer;
    private readonly long _maxBytes;
    private long _bytes;

    public Link(PeerId peer, TransportLimits limits, ITransportObserver observer)
    {
        (Peer, _observer, _maxBytes) = (peer, observer, limits.QueueBytes);
        _frames = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(limits.QueueFrames) { SingleReader = true });
    }

    public PeerId Peer { get; }

    /// <summary>Frames that wait.</summary>
    public int Waiting => _frames.Reader.Count;

    /// <summary>Queues a frame; never waits.</summary>
    public bool TrySend(ReadOnlyMemory<byte> frame)
    {
        var before = Interlocked.Add(ref _bytes, frame.Length) - frame.Length;
        if ((before == 0 || before + frame.Length <= _maxBytes) && _frames.Writer.TryWrite(frame)) return true;
        Interlocked.Add(ref _bytes, -frame.Length);
        _observer.Dropped(Peer);
        return false;
    }

    /// <summary>No further frame is taken; those that wait still leave.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    /// <summary>Writes frames to a connection until it breaks or the link is completed; several that wait leave in one go.</summary>
    public async Task Pump(Stream stream, CancellationToken cancellation)
    {
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true, minimumBufferSize: 64 * 1024));
        try
        {
            while (await _frames.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                WriteWaiting(pipe);
                await pipe.FlushAsync(cancellation).ConfigureAwait(false);
            }

            await pipe.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await pipe.CompleteAsync(e).ConfigureAwait(false);
            throw;
        }
    }

    private void WriteWaiting(PipeWriter pipe)
    {
        for (var written = 0L; written < BytesPerFlush && _frames.Reader.TryRead(out var frame); written += frame.Length)
        {
            Interlocked.Add(ref _bytes, -frame.Length);
            Write(pipe, frame);
            _observer.Sent(Peer, frame.Length);
        }
    }

    /// <summary>One frame by itself.</summary>
    public static async Task Write(Stream stream, ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var bytes = new byte[HeaderSize + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes.AsMemory(HeaderSize));
        await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await stream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static void Write(PipeWriter pipe, ReadOnlyMemory<byte> frame)
    {
        BinaryPrimitives.WriteInt32BigEndian(pipe.GetSpan(HeaderSize), frame.Length);
        pipe.Advance(HeaderSize);
        for (var rest = frame; !rest.IsEmpty;)
        {
            var memory = pipe.GetMemory();
            var size = Math.Min(memory.Length, rest.Length);
            rest[..size].CopyTo(memory);
            pipe.Advance(size);
            rest = rest[size..];
        }
    }
}
