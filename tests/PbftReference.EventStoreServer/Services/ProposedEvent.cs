using System.Collections.Immutable;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>An event as it stands in a request, before anybody has looked whether it can be written.</summary>
internal sealed class ProposedEvent
{
    private const uint IdTag = (1 << 3) | ProtoReader.Chunk;
    private const uint SystemMetadataTag = (2 << 3) | ProtoReader.Chunk;
    private const uint MetadataTag = (3 << 3) | ProtoReader.Chunk;
    private const uint DataTag = (4 << 3) | ProtoReader.Chunk;
    private byte[]? _id;
    private ImmutableDictionary<string, string> _system = ImmutableDictionary<string, string>.Empty;
    private byte[] _metadata = [];

    /// <summary>The event's data.</summary>
    public byte[] Data { get; private set; } = [];

    /// <summary>The first entry of the system metadata that is missing; null where none is.</summary>
    public string? MissingProperty => Required.FirstOrDefault(key => !_system.ContainsKey(key));

    private static string[] Required { get; } = ["type", "content-type"];

    /// <summary>Reads an event.</summary>
    public static ProposedEvent Read(ReadOnlySpan<byte> bytes)
    {
        var proposed = new ProposedEvent();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case IdTag: proposed._id = reader.Bytes().ToArray(); break;
                case SystemMetadataTag: proposed.ReadEntry(reader.Bytes()); break;
                case MetadataTag: proposed._metadata = reader.Bytes().ToArray(); break;
                case DataTag: proposed.Data = reader.Bytes().ToArray(); break;
                default: reader.Skip(); break;
            }
        }

        return proposed;
    }

    /// <summary>The event as it can be written.</summary>
    /// <exception cref="GrpcFailure">Its type or content type is missing.</exception>
    /// <exception cref="MalformedMessageException">It has no id, or an empty type.</exception>
    public NewEvent Checked()
    {
        if (MissingProperty is { } missing) throw GrpcFailure.MissingMetadata(missing);

        var id = _id is null ? Guid.Empty : SharedMessages.ReadUuid(_id);
        if (id == Guid.Empty) throw new MalformedMessageException("an event has no id");
        if (_system["type"].Length == 0) throw new MalformedMessageException("an event has no type");
        return new NewEvent(id, _system["type"], _system["content-type"] == "application/json", _metadata, Data);
    }

    private void ReadEntry(ReadOnlySpan<byte> bytes)
    {
        var (key, value) = ("", "");
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case (1 << 3) | ProtoReader.Chunk: key = reader.Text(); break;
                case (2 << 3) | ProtoReader.Chunk: value = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        _system = _system.SetItem(key, value);
    }
}
