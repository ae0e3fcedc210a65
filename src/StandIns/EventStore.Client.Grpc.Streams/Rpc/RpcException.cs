namespace Grpc.Core;

/// <summary>A call ended with a status other than success.</summary>
public class RpcException : Exception
{
    /// <summary>Makes an exception without trailers.</summary>
    /// <param name="status">How the call ended.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">What the server sent with the status.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Makes an exception with a message of its own.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">What the server sent with the status.</param>
    /// <param name="message">The exception's message.</param>
    /// <exception cref="ArgumentNullException"><paramref name="trailers"/> is null.</exception>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What the server sent with the status; empty if it sent nothing.</summary>
    public Metadata Trailers { get; }
}
