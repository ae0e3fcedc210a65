namespace PbftReference.Runtime.Transport;

/// <summary>The other side of a connection did what it must not.</summary>
internal sealed class RefusedException(TransportRefusal reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public TransportRefusal Reason { get; } = reason;
}
