using Microsoft.AspNetCore.Http;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Services;

namespace PbftReference.TestServer.Grpc;

/// <summary>Serves one method: the call, and who makes it.</summary>
internal delegate Task GrpcMethod(GrpcCall call, ServerUser? user);

/// <summary>Finds the method of a request, serves it, and ends the call as gRPC ends it.</summary>
internal sealed class GrpcDispatcher(IReadOnlyDictionary<string, GrpcMethod> methods, AccessControl access, TimeProvider clock)
{
    /// <summary>Serves a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="stopping">Cancelled when the server ends.</param>
    public async Task ServeAsync(HttpContext http, CancellationToken stopping)
    {
        using var call = new GrpcCall(http, clock, stopping);
        try
        {
            await ServeAsync(http, call);
        }
        catch (BareHttpFailure bare)
        {
            http.Response.Headers.Clear();
            http.Response.StatusCode = bare.Status;
        }
    }

    private async Task ServeAsync(HttpContext http, GrpcCall call)
    {
        try
        {
            var method = MethodOf(http);
            if (method is null) return;

            await method(call, access.Authenticate(call.Header("authorization")));
            await call.CompleteAsync();
        }
        catch (GrpcFailure failure)
        {
            await call.FailAsync(failure);
        }
        catch (MalformedMessageException)
        {
            await call.FailAsync(GrpcFailure.Handler());
        }
        catch (CallDroppedException)
        {
            // There is nobody to answer.
        }
        catch (Exception) when (call.Ended.IsCancellationRequested || http.RequestAborted.IsCancellationRequested)
        {
            await call.EndCancelledAsync();
        }
    }

    private GrpcMethod? MethodOf(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        var service = path.Split('/') is ["", var name, _] ? name : "";
        if (!SupportedMethods.HasService(service))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return null;
        }

        if (!IsGrpc(http.Request.ContentType))
        {
            http.Response.ContentType = null;
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            throw new GrpcFailure(GrpcStatus.Internal, $"Content-Type '{http.Request.ContentType}' is not supported.");
        }

        return methods.TryGetValue(path, out var method) ? method : throw GrpcFailure.Unimplemented("Method is unimplemented.");
    }

    private static bool IsGrpc(string? contentType)
    {
        const string grpc = "application/grpc";
        return contentType is not null && contentType.StartsWith(grpc, StringComparison.Ordinal)
            && (contentType.Length == grpc.Length || contentType[grpc.Length] is '+' or ';');
    }
}
