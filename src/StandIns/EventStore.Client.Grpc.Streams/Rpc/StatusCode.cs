namespace Grpc.Core;

/// <summary>How a call ended: the status codes of gRPC.</summary>
public enum StatusCode
{
    /// <summary>It succeeded.</summary>
    OK = 0,

    /// <summary>It was cancelled, as a rule by the caller.</summary>
    Cancelled = 1,

    /// <summary>It failed, and nothing more is known.</summary>
    Unknown = 2,

    /// <summary>The request is wrong, whatever the state of the server.</summary>
    InvalidArgument = 3,

    /// <summary>It took longer than allowed; it may have had its effect all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for is not there.</summary>
    NotFound = 5,

    /// <summary>What was to be made is there already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known but may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A limit is reached: of a size, a rate or a quota.</summary>
    ResourceExhausted = 8,

    /// <summary>The state of the server does not allow it.</summary>
    FailedPrecondition = 9,

    /// <summary>It was given up; it may have had its effect all the same.</summary>
    Aborted = 10,

    /// <summary>It went past the valid range.</summary>
    OutOfRange = 11,

    /// <summary>The server does not have this method.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold does not: a broken message, for example.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached or does not serve now; what was sent may have had its effect all the same.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or damaged beyond recovery.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known: no valid credentials.</summary>
    Unauthenticated = 16,
}
