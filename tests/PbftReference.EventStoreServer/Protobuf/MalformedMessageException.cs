namespace PbftReference.TestServer.Protobuf;

/// <summary>Bytes that are no protobuf message, or a message whose content no server can use.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);
