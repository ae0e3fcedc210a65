using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Grpc.Core;

namespace EventStore.Client;

/// <summary>Makes gRPC calls by HTTP/2. Every failure is an <see cref="RpcException"/>.</summary>
internal sealed class GrpcCaller(HttpMessageInvoker http)
{
    /// <summary>A call with one answer.</summary>
    public async Task<byte[]> UnaryAsync(
        Uri address, string method, ReadOnlyMemory<byte> body, CallOptions options, CancellationToken cancellationToken)
    {
        byte[]? answer = null;
        await foreach (var message in StreamAsync(address, method, body, options, cancellationToken).ConfigureAwait(false))
        {
            answer = answer is null ? message : throw CallStatus.Failure(StatusCode.Internal, "A call with one answer got several.");
        }

        return answer ?? throw CallStatus.Failure(StatusCode.Internal, "A call with one answer got none.");
    }

    /// <summary>A call with any number of answers.</summary>
    public async IAsyncEnumerable<byte[]> StreamAsync(
        Uri address,
        string method,
        ReadOnlyMemory<byte> body,
        CallOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.Deadline is { } deadline)
        {
            limit.CancelAfter(TimeSpan.FromMilliseconds(Math.Clamp(deadline.TotalMilliseconds, 0, int.MaxValue)));
        }

        using var request = Request(address, method, body, options);
        using var response = await Guard(http.SendAsync(request, limit.Token), cancellationToken).ConfigureAwait(false);
        if (CallStatus.OfHead(response) is { } status)
        {
            ThrowUnlessOk(status);
            yield break;
        }

        var content = await Guard(response.Content.ReadAsStreamAsync(limit.Token), cancellationToken).ConfigureAwait(false);
        var messages = new MessageStream(content);
        while (await Guard(NextAsync(messages, response, limit.Token), cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }

        ThrowUnlessOk(CallStatus.OfTrailers(response));
    }

    // A response that breaks off within a message may still say why.
    private static async Task<byte[]?> NextAsync(MessageStream messages, HttpResponseMessage response, CancellationToken limit)
    {
        try
        {
            return await messages.NextAsync(limit).ConfigureAwait(false);
        }
        catch (EndOfStreamException exception)
        {
            ThrowUnlessOk(CallStatus.OfTrailers(response));
            throw CallStatus.Failure(StatusCode.Internal, exception.Message, exception);
        }
    }

    private static HttpRequestMessage Request(Uri address, string method, ReadOnlyMemory<byte> body, CallOptions options)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        options.SetHeaders(request);
        return request;
    }

    private static void ThrowUnlessOk(RpcException status)
    {
        if (status.StatusCode != StatusCode.OK)
        {
            throw status;
        }
    }

    /// <summary>Gives the failures of a step of a call their status.</summary>
    private static async Task<T> Guard<T>(Task<T> step, CancellationToken caller)
    {
        try
        {
            return await step.ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (exception.InnerException is TimeoutException)
        {
            // Connecting took too long, which is another limit than the call's.
            throw CallStatus.OfTransport(exception);
        }
        catch (OperationCanceledException exception)
        {
            throw caller.IsCancellationRequested
                ? CallStatus.Failure(StatusCode.Cancelled, "Call canceled by the client.", exception)
                : CallStatus.Failure(StatusCode.DeadlineExceeded, "The deadline is over.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw CallStatus.OfTransport(exception);
        }
    }
}
