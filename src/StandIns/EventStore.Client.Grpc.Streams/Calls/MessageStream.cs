using System.Buffers.Binary;
using Grpc.Core;

namespace EventStore.Client;

/// <summary>Cuts the body of an answer into messages, however the frames are spread over reads.</summary>
internal sealed class MessageStream(Stream body)
{
    /// <summary>The most that the package accepts: a server's largest record is 16 MiB.</summary>
    private const int MaxMessage = 17 * 1024 * 1024;

    private readonly byte[] _header = new byte[5];

    /// <summary>The next message, or null behind the last one.</summary>
    /// <exception cref="RpcException">A frame is too large or compressed.</exception>
    /// <exception cref="EndOfStreamException">A frame is not whole.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        var read = await body.ReadAtLeastAsync(_header, _header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        if (read == _header.Length && _header[0] != 0)
        {
            throw CallStatus.Failure(StatusCode.Internal, $"A message has the compression flag {_header[0]}, though none was asked for.");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(1));
        if (read == _header.Length && length > MaxMessage)
        {
            throw CallStatus.Failure(StatusCode.ResourceExhausted, $"A message has {length} bytes; at most {MaxMessage} are accepted.");
        }

        // Behind a header that is cut there is nothing, which is an end within a message as well.
        var message = new byte[read == _header.Length ? length : 1];
        await body.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
        return message;
    }
}
