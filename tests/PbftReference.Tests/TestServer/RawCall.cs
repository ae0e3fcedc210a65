using System.Buffers.Binary;
using System.Net;
using System.Threading.Channels;

namespace PbftReference.Tests.TestServer;

/// <summary>One gRPC call over plain HTTP/2, with a hand on every frame. It knows nothing of messages.</summary>
internal sealed class RawCall : IDisposable
{
    private const int PrefixLength = 5;
    private readonly CancellationTokenSource _cancel;
    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>();
    private readonly Task<HttpResponseMessage> _response;
    private Stream? _body;
    private bool _isDisposed;

    public RawCall(HttpMessageInvoker client, Uri address, string path, IReadOnlyDictionary<string, string> headers, CancellationToken cancellation)
    {
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new Frames(_requests.Reader),
        };
        foreach (var (name, value) in headers)
        {
            var isContent = name.StartsWith("content-", StringComparison.Ordinal);
            if (isContent) request.Content.Headers.TryAddWithoutValidation(name, value);
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        _response = client.SendAsync(request, _cancel.Token);
    }

    /// <summary>Sends a message.</summary>
    public void Send(byte[] message)
    {
        var frame = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, PrefixLength);
        SendBytes(frame);
    }

    /// <summary>Sends bytes as they are.</summary>
    public void SendBytes(byte[] bytes) => _requests.Writer.TryWrite(bytes);

    /// <summary>Ends the request.</summary>
    public void HalfClose() => _requests.Writer.TryComplete();

    /// <summary>Resets the call.</summary>
    public void Cancel() => _cancel.Cancel();

    /// <summary>The answer's head.</summary>
    public Task<HttpResponseMessage> HeadersAsync() => _response;

    /// <summary>The next message of the answer; null at its end.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        var prefix = new byte[PrefixLength];
        if (!await FillAsync(prefix)) return null;
        if (prefix[0] != 0) throw new InvalidDataException($"a message has the flag {prefix[0]}");

        var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1))];
        return message.Length == 0 || await FillAsync(message) ? message : throw new EndOfStreamException("the answer ends inside a message");
    }

    /// <summary>Reads bytes as they come; 0 at the end.</summary>
    public async Task<int> ReadBytesAsync(Memory<byte> to)
    {
        _body ??= await (await _response).Content.ReadAsStreamAsync(_cancel.Token);
        return await _body.ReadAsync(to, _cancel.Token);
    }

    /// <summary>All messages to the end, then the status wherever it stands.</summary>
    public async Task<(IReadOnlyList<byte[]> Frames, int Status)> AllAsync()
    {
        var frames = new List<byte[]>();
        while (await ReadAsync() is { } frame) frames.Add(frame);
        var response = await _response;
        var status = response.TrailingHeaders.Concat(response.Headers).First(header => header.Key == "grpc-status").Value.Single();
        return (frames, int.Parse(status, System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        if (_isDisposed) return;

        _isDisposed = true;
        _requests.Writer.TryComplete();
        _cancel.Cancel();
        _cancel.Dispose();
    }

    private async Task<bool> FillAsync(byte[] to)
    {
        for (var filled = 0; filled < to.Length;)
        {
            var read = await ReadBytesAsync(to.AsMemory(filled));
            if (read == 0) return filled == 0 ? false : throw new EndOfStreamException("the answer ends inside a message");
            filled += read;
        }

        return true;
    }

    /// <summary>A request body that goes on until it is half-closed.</summary>
    private sealed class Frames(ChannelReader<byte[]> frames) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            await foreach (var frame in frames.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(frame, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
