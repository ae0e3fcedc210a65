using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;

namespace EventStore.Client;

/// <summary>How a call ended, read from what HTTP says about it.</summary>
internal static class CallStatus
{
    /// <summary>The status in the head of an answer without messages; null if messages or trailers follow.</summary>
    public static RpcException? OfHead(HttpResponseMessage response)
    {
        if (Read(response.Headers) is { } trailersOnly)
        {
            return trailersOnly;
        }

        var type = response.Content.Headers.ContentType?.MediaType;
        return response.StatusCode == HttpStatusCode.OK && type?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            ? null
            : Failure(OfHttp(response.StatusCode), $"Not gRPC: HTTP status {(int)response.StatusCode}, content type {type ?? "none"}.");
    }

    /// <summary>The status behind the messages.</summary>
    public static RpcException OfTrailers(HttpResponseMessage response) => Read(response.TrailingHeaders)
        ?? Failure(StatusCode.Unknown, "The response ended without a grpc-status.");

    /// <summary>The status of a call that the transport broke off.</summary>
    public static RpcException OfTransport(Exception exception)
    {
        var code = Find<HttpProtocolException>(exception)?.ErrorCode switch
        {
            0x8 => StatusCode.Cancelled,
            0xB => StatusCode.ResourceExhausted,
            0xC => StatusCode.PermissionDenied,
            _ => StatusCode.Unavailable,
        };
        return new RpcException(new Status(code, $"The connection failed: {exception.GetBaseException().Message}", exception));
    }

    /// <summary>A failure that this side found.</summary>
    public static RpcException Failure(StatusCode code, string detail, Exception? cause = null) => new(new Status(code, detail, cause));

    private static StatusCode OfHttp(HttpStatusCode code) => (int)code switch
    {
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static RpcException? Read(HttpHeaders headers)
    {
        if (!headers.TryGetValues("grpc-status", out var values))
        {
            return null;
        }

        var trailers = new Metadata();
        foreach (var (name, texts) in headers)
        {
            trailers.Add(name, string.Join(", ", texts));
        }

        var isNumber = int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var code = isNumber && Enum.IsDefined((StatusCode)number) ? (StatusCode)number : StatusCode.Unknown;
        return new RpcException(new Status(code, Uri.UnescapeDataString(trailers.GetValue("grpc-message") ?? "")), trailers);
    }

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
