using System.Net;

namespace EventStore.Client;

/// <summary>The user may not do this.</summary>
/// <param name="message">What the server says.</param>
/// <param name="innerException">The call's own failure.</param>
public class AccessDeniedException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The server does not know the user, or the password is wrong.</summary>
/// <param name="message">What the server says.</param>
/// <param name="innerException">The call's own failure.</param>
public class NotAuthenticatedException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The server says that it has no such transaction.</summary>
/// <param name="message">What the server says.</param>
/// <param name="innerException">The call's own failure.</param>
public class InvalidTransactionException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The node is not the leader of its cluster. The next call goes to the leader.</summary>
/// <param name="host">The leader's name or address.</param>
/// <param name="port">The leader's port.</param>
/// <param name="exception">The call's own failure.</param>
public class NotLeaderException(string host, int port, Exception? exception = null)
    : Exception($"Not leader. The leader is at {host}:{port}.", exception)
{
    /// <summary>The leader.</summary>
    public DnsEndPoint LeaderEndpoint { get; } = new(host, port);
}

/// <summary>A write is larger than the server accepts.</summary>
/// <param name="maxAppendSize">The largest size, in bytes.</param>
/// <param name="innerException">The call's own failure.</param>
public class MaximumAppendSizeExceededException(uint maxAppendSize, Exception? innerException = null)
    : Exception($"Maximum append size of {maxAppendSize} exceeded.", innerException)
{
    /// <summary>The largest size, in bytes; 0 if the server did not tell it.</summary>
    public uint MaxAppendSize { get; } = maxAppendSize;
}

/// <summary>An event lacks a property that the server asks for.</summary>
/// <param name="missingMetadataProperty">The properties it asks for.</param>
/// <param name="innerException">The call's own failure.</param>
public class RequiredMetadataPropertyMissingException(string missingMetadataProperty, Exception? innerException = null)
    : Exception($"Required metadata property {missingMetadataProperty} is missing.", innerException);

/// <summary>No node of the cluster could be found to connect to.</summary>
/// <param name="maxDiscoverAttempts">How often it was tried.</param>
/// <param name="innerException">Why the last attempt failed.</param>
public class DiscoveryException(int maxDiscoverAttempts, Exception? innerException = null)
    : Exception($"No node was found in {maxDiscoverAttempts} attempts.", innerException)
{
    /// <summary>How often it was tried.</summary>
    public int MaxDiscoverAttempts { get; } = maxDiscoverAttempts;
}
