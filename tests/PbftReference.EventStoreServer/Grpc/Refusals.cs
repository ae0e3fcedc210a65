namespace PbftReference.TestServer.Grpc;

/// <summary>The answer is a bare HTTP status without anything of gRPC: EventStoreDB fails below the level of its services.</summary>
internal sealed class BareHttpFailure(int status) : Exception($"HTTP {status}")
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}

/// <summary>The call was cut off by a fault; there is nobody to answer.</summary>
internal sealed class CallDroppedException() : Exception("the call was dropped");
