namespace PbftReference.TestServer.Faults;

/// <summary>What a fault cuts off.</summary>
public enum DropScope
{
    /// <summary>One call (HTTP/2: its stream is reset); others on the connection go on.</summary>
    Call,

    /// <summary>The connection, with all calls on it.</summary>
    Connection,
}
