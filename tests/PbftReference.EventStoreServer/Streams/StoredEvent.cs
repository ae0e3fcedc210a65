namespace PbftReference.TestServer.Streams;

/// <summary>An event as a writer proposes it.</summary>
internal sealed record NewEvent(Guid Id, string Type, bool IsJson, byte[] Metadata, byte[] Data);

/// <summary>An event of a stream.</summary>
/// <param name="Id">The writer's id; several events may have the same.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Revision">Its place in the stream, from 0.</param>
/// <param name="Position">Its place among all events of the server, growing.</param>
/// <param name="Created">100 ns since the Unix epoch.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsJson">Whether the writer called its data JSON; nobody looks.</param>
/// <param name="Metadata">The writer's metadata.</param>
/// <param name="Data">Its data.</param>
internal sealed record StoredEvent(
    Guid Id, string Stream, long Revision, long Position, long Created, string Type, bool IsJson, byte[] Metadata, byte[] Data);
