using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PbftReference.TestServer.Faults;

namespace PbftReference.TestServer.Grpc;

/// <summary>One call: the messages of the client, the messages and the end of the server. One reader and one writer at a time.</summary>
internal sealed class GrpcCall : IDisposable
{
    private const int PrefixLength = 5;
    private const int MaxMessageLength = 17 * 1024 * 1024;
    private const int FlushLength = 64 * 1024;
    private const int CancelCode = 8;
    private readonly HttpContext _http;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _ended;
    private bool _isHalfClosed;

    /// <summary>Begins a call; the client, its deadline and the end of the server end it.</summary>
    public GrpcCall(HttpContext http, TimeProvider clock, CancellationToken stopping)
    {
        _http = http;
        var timeout = GrpcTimeout.Read(http.Request.Headers["grpc-timeout"]);
        _deadline = timeout is { } time ? new CancellationTokenSource(time, clock) : null;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping, _deadline?.Token ?? CancellationToken.None);
        http.Response.ContentType = "application/grpc";
    }

    /// <summary>Cancelled when nobody waits for the call any more.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>How messages are cut into pieces, where a fault asks for it.</summary>
    public ReadFault? Trickle { get; set; }

    /// <summary>The header of this name; null where there is none.</summary>
    public string? Header(string name) => _http.Request.Headers[name] is { Count: > 0 } values ? values.ToString() : null;

    /// <summary>The client's next message; null when it has half-closed.</summary>
    public async Task<byte[]?> NextAsync()
    {
        while (true)
        {
            var read = await _http.Request.BodyReader.ReadAsync(Ended);
            var buffer = read.Buffer;
            if (TryTake(ref buffer, out var message))
            {
                _http.Request.BodyReader.AdvanceTo(buffer.Start);
                return message;
            }

            _http.Request.BodyReader.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted) continue;

            _isHalfClosed = true;
            return buffer.IsEmpty ? null : throw new GrpcFailure(GrpcStatus.Internal, "Incomplete message.");
        }
    }

    /// <summary>The only message of a call that has one.</summary>
    public async Task<byte[]> OnlyAsync()
    {
        var message = await NextAsync() ?? throw new GrpcFailure(GrpcStatus.Internal, "Incomplete message.");
        return await NextAsync() is null ? message : throw new GrpcFailure(GrpcStatus.Internal, "Additional data after the message received.");
    }

    /// <summary>Sends a message; it leaves with the next flush.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> message)
    {
        if (!_http.Response.HasStarted) await _http.Response.StartAsync(Ended);

        var frame = Frame(message.Span);
        if (Trickle is { } trickle)
        {
            await SendPiecesAsync(frame, trickle);
            return;
        }

        _http.Response.BodyWriter.Write(frame);
        if (_http.Response.BodyWriter.UnflushedBytes >= FlushLength) await FlushAsync();
    }

    /// <summary>Lets everything leave that was sent.</summary>
    public async Task FlushAsync() => await _http.Response.BodyWriter.FlushAsync(Ended);

    /// <summary>Sends the first half of a message, never the rest.</summary>
    public async Task SendHalfAsync(ReadOnlyMemory<byte> message)
    {
        var frame = Frame(message.Span);
        await _http.Response.BodyWriter.WriteAsync(frame.AsMemory(0, (PrefixLength + frame.Length) / 2), Ended);
    }

    /// <summary>Cuts the call off, or the connection with all its calls.</summary>
    public CallDroppedException Drop(DropScope scope)
    {
        if (scope == DropScope.Connection) _http.Features.Get<IConnectionLifetimeFeature>()?.Abort();
        _http.Abort();
        return new CallDroppedException();
    }

    /// <summary>Ends the call well: in trailers after messages, in the headers where there was none.</summary>
    public async Task CompleteAsync()
    {
        PutEnd("grpc-status", "0");
        await _http.Response.CompleteAsync();
    }

    /// <summary>Ends the call with a failure.</summary>
    public async Task FailAsync(GrpcFailure failure)
    {
        // Keys are sent as they are, and a header is printable ASCII: EventStoreDB fails to write others, and answers so.
        if (!_http.Response.HasStarted && failure.Keys.Any(key => !IsPrintable(key.Value))) throw new BareHttpFailure(StatusCodes.Status500InternalServerError);

        PutEnd("grpc-status", $"{(int)failure.Status}");
        PutEnd("grpc-message", PercentEncoded(failure.Message));
        foreach (var (key, value) in failure.Keys.Where(key => IsPrintable(key.Value))) PutEnd(key, value);
        await _http.Response.CompleteAsync();
    }

    /// <summary>Ends a call that was cancelled: with its status at the deadline, without a word where the client is gone.</summary>
    public async Task EndCancelledAsync()
    {
        if (_deadline is not { IsCancellationRequested: true } || _http.RequestAborted.IsCancellationRequested) return;

        await FailAsync(new GrpcFailure(GrpcStatus.DeadlineExceeded, "Deadline Exceeded"));
        if (!_isHalfClosed) _http.Features.Get<IHttpResetFeature>()?.Reset(CancelCode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Dispose();
        _deadline?.Dispose();
    }

    private async Task SendPiecesAsync(byte[] frame, ReadFault trickle)
    {
        foreach (var piece in frame.Chunk(trickle.Count))
        {
            if (trickle.Gate is { } gate) await gate.PassAsync(Ended);
            await _http.Response.BodyWriter.WriteAsync(piece, Ended);
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out byte[]? message)
    {
        message = null;
        if (buffer.Length < PrefixLength) return false;

        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] != 0) throw new GrpcFailure(GrpcStatus.Unimplemented, "Compressed messages are not supported.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > MaxMessageLength) throw new GrpcFailure(GrpcStatus.ResourceExhausted, "Received message exceeds the maximum configured message size.");
        if (buffer.Length < PrefixLength + length) return false;

        message = buffer.Slice(PrefixLength, length).ToArray();
        buffer = buffer.Slice(PrefixLength + length);
        return true;
    }

    private static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var frame = new byte[PrefixLength + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    private static bool IsPrintable(string value) => value.All(unit => unit is >= ' ' and <= '~');

    private static string PercentEncoded(string text)
    {
        var encoded = new StringBuilder();
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            if (unit is >= 0x20 and < 0x7F and not (byte)'%') encoded.Append((char)unit);
            else encoded.Append('%').Append(unit.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    private void PutEnd(string key, string value)
    {
        if (_http.Response.HasStarted) _http.Response.AppendTrailer(key, value);
        else _http.Response.Headers[key] = value;
    }
}
