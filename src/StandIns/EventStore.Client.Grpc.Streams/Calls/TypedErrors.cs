using System.Globalization;
using System.Net;
using Grpc.Core;

namespace EventStore.Client;

/// <summary>Turns the failure of a call into the exception that its <c>exception</c> key or its code stands for.</summary>
internal static class TypedErrors
{
    /// <param name="failure">The failure.</param>
    /// <param name="stream">The stream that the call was about; the server may be unable to say it.</param>
    public static Exception Of(RpcException failure, string stream)
    {
        var keys = failure.Trailers;
        var name = keys.GetValue("stream-name") is { Length: > 0 } told && told.All(char.IsAscii) ? told : stream;
        return keys.GetValue("exception") switch
        {
            "access-denied" => new AccessDeniedException(failure.Message, failure),
            "invalid-transaction" => new InvalidTransactionException(failure.Message, failure),
            "stream-deleted" => new StreamDeletedException(name, failure),
            "stream-not-found" => new StreamNotFoundException(name, failure),
            "wrong-expected-version" => new WrongExpectedVersionException(
                name, Revision(keys, "expected-version"), Revision(keys, "actual-version"), failure, failure.Status.Detail),
            "maximum-append-size-exceeded" => new MaximumAppendSizeExceededException(
                (uint)(Number(keys, "maximum-append-size") ?? 0), failure),
            "missing-required-metadata-property" => new RequiredMetadataPropertyMissingException(
                keys.GetValue("required-metadata-properties") ?? "<unknown>", failure),
            "not-leader" when Leader(keys) is { } leader => new NotLeaderException(leader.Host, leader.Port, failure),
            _ => failure.StatusCode == StatusCode.Unauthenticated ? new NotAuthenticatedException(failure.Message, failure) : failure,
        };
    }

    private static DnsEndPoint? Leader(Metadata keys) =>
        keys.GetValue("leader-endpoint-host") is { Length: > 0 } host
        && Number(keys, "leader-endpoint-port") is > 0 and <= IPEndPoint.MaxPort and var port
            ? new DnsEndPoint(host, (int)port)
            : null;

    // A negative number is a state, of which the revision is none.
    private static StreamRevision Revision(Metadata keys, string key) =>
        Number(keys, key) is { } number ? new StreamRevision(number) : StreamRevision.None;

    private static ulong? Number(Metadata keys, string key) =>
        ulong.TryParse(keys.GetValue(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue
            ? number
            : null;
}
