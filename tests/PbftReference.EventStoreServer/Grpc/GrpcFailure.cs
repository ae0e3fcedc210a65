using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Grpc;

/// <summary>Ends a call with a status other than 0 and the keys by which EventStoreDB's clients tell what happened.</summary>
internal sealed class GrpcFailure(GrpcStatus status, string message, params (string Key, string Value)[] keys) : Exception(message)
{
    /// <summary>What grpc-status says.</summary>
    public GrpcStatus Status => status;

    /// <summary>Further headers or trailers.</summary>
    public IReadOnlyList<(string Key, string Value)> Keys => keys;

    /// <summary>The request makes no sense to the server, which does not say why.</summary>
    public static GrpcFailure Handler() => new(GrpcStatus.Unknown, "Exception was thrown by handler.");

    /// <summary>A read whose count or start no read can have.</summary>
    public static GrpcFailure UnexpectedRead() => new(GrpcStatus.Unknown, "Unexpected ReadStreamResult: Error");

    /// <summary>No member of a oneof is set where one is needed.</summary>
    public static GrpcFailure Unset(string oneof) => new(GrpcStatus.InvalidArgument, $"'None' is not a valid EventStore.Client.Streams.{oneof}");

    /// <summary>Options that do not go together.</summary>
    public static GrpcFailure Combination(string options) => new(GrpcStatus.InvalidArgument, $"The combination of ({options}) is invalid.");

    /// <summary>The stream was deleted.</summary>
    public static GrpcFailure StreamDeleted(string stream) =>
        new(GrpcStatus.FailedPrecondition, $"Event stream '{stream}' is deleted.", ("exception", "stream-deleted"), ("stream-name", stream));

    /// <summary>A stream that is to be deleted is not as expected.</summary>
    public static GrpcFailure WrongRevision(string stream, ExpectedRevision expected, long actual) => new(
        GrpcStatus.FailedPrecondition,
        $"Delete failed due to WrongExpectedVersion. Stream: {stream}, Expected version: {expected.Signed}, Actual version: {actual}",
        ("exception", "wrong-expected-version"), ("stream-name", stream), ("expected-version", $"{expected.Signed}"), ("actual-version", $"{actual}"));

    /// <summary>The events of one append have too much data.</summary>
    public static GrpcFailure TooLarge(int limit) => new(
        GrpcStatus.InvalidArgument, $"Maximum Append Size of {limit} Exceeded.",
        ("exception", "maximum-append-size-exceeded"), ("maximum-append-size", $"{limit}"));

    /// <summary>An event lacks an entry of its system metadata.</summary>
    public static GrpcFailure MissingMetadata(string property) => new(
        GrpcStatus.InvalidArgument, $"Required Metadata Property '{property}' is missing",
        ("exception", "missing-required-metadata-property"), ("required-metadata-properties", "type,content-type"));

    /// <summary>The caller may not do this.</summary>
    public static GrpcFailure AccessDenied() => new(GrpcStatus.PermissionDenied, "Access Denied", ("exception", "access-denied"));

    /// <summary>The caller is not who it says.</summary>
    public static GrpcFailure Unauthenticated() => new(GrpcStatus.Unauthenticated, "Unauthenticated");

    /// <summary>The server gave up waiting for a write, whose outcome the caller cannot know.</summary>
    public static GrpcFailure TimedOut(string what) => new(GrpcStatus.Aborted, $"Operation timed out: {what}");

    /// <summary>The server takes no requests now.</summary>
    public static GrpcFailure Unavailable(string why) => new(GrpcStatus.Unavailable, why);

    /// <summary>The subscriber does not take what it is sent.</summary>
    public static GrpcFailure ConsumerTooSlow() => new(GrpcStatus.Aborted, "Consumer too slow to handle event while live. Client resubscription required.");

    /// <summary>There is no such method, or this server lacks a part of it.</summary>
    public static GrpcFailure Unimplemented(string what) => new(GrpcStatus.Unimplemented, what);
}
