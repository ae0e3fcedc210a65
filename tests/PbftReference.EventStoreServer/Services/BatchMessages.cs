using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>A fragment of a write.</summary>
/// <param name="Correlation">The UUID message that tells to which write it belongs, as the client sent it.</param>
/// <param name="Options">On the first fragment only.</param>
/// <param name="Events">Its events.</param>
/// <param name="IsFinal">Whether the write is complete with it.</param>
internal sealed record BatchFragment(byte[] Correlation, WriteOptions? Options, IReadOnlyList<ProposedEvent> Events, bool IsFinal)
{
    /// <summary>Reads a request.</summary>
    public static BatchFragment Read(ReadOnlySpan<byte> message)
    {
        byte[]? correlation = null;
        WriteOptions? options = null;
        var events = new List<ProposedEvent>();
        var isFinal = false;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case (1 << 3) | ProtoReader.Chunk: correlation = reader.Bytes().ToArray(); break;
                case (2 << 3) | ProtoReader.Chunk: options = WriteOptions.Read(reader.Bytes()); break;
                case (3 << 3) | ProtoReader.Chunk: events.Add(ProposedEvent.Read(reader.Bytes())); break;
                case 4 << 3: isFinal = reader.Varint() != 0; break;
                default: reader.Skip(); break;
            }
        }

        return new BatchFragment(correlation ?? throw new MalformedMessageException("a fragment has no correlation id"), options, events, isFinal);
    }
}

/// <summary>An error of one write of a batch, with the details that its code has.</summary>
/// <param name="Code">A code of gRPC.</param>
/// <param name="Name">Its message, which is also the name of the details' type.</param>
/// <param name="WriteDetails">Writes the details.</param>
internal sealed record BatchError(int Code, string Name, Action<ProtoWriter> WriteDetails)
{
    /// <summary>The write took too long; its outcome is unknown.</summary>
    public static BatchError Timeout { get; } = new(4, "Timeout", _ => { });

    /// <summary>The caller may not write to the stream.</summary>
    public static BatchError AccessDenied { get; } = new(7, "AccessDenied", _ => { });

    /// <summary>The request makes no sense.</summary>
    public static BatchError BadRequest(string why) => new(3, "BadRequest", to => to.Text(1, why));

    /// <summary>The events have too much data.</summary>
    public static BatchError TooLarge(int limit) => new(3, "MaximumAppendSizeExceeded", to => to.Number(1, (ulong)limit));

    /// <summary>The stream was deleted.</summary>
    public static BatchError StreamDeleted(string stream) =>
        new(5, "StreamDeleted", to => to.Message(1, identifier => SharedMessages.WriteStream(identifier, stream)));

    /// <summary>The stream is not as expected.</summary>
    public static BatchError WrongRevision(ExpectedRevision expected, long actual) => new(6, "WrongExpectedVersion", to =>
    {
        if (actual < 0) to.SetEmpty(2);
        else to.SetNumber(1, (ulong)actual);
        switch (expected.Kind)
        {
            case Expectation.Any: to.SetEmpty(4); break;
            case Expectation.StreamExists: to.SetEmpty(5); break;
            case Expectation.NoStream: to.SetEmpty(6); break;
            default: to.SetNumber(3, expected.Revision); break;
        }
    });

    /// <summary>Writes a google.rpc.Status.</summary>
    public void Write(ProtoWriter to) => to.Number(1, (ulong)Code).Text(2, Name).Message(3, any =>
    {
        var details = new ProtoWriter();
        WriteDetails(details);
        any.Text(1, $"type.googleapis.com/event_store.client.{Name}").Bytes(2, details.Written.Span);
    });
}
