using System.Buffers.Binary;
using System.Text;

namespace EventStore.Client;

/// <summary>What a write expects of its stream: a revision or a state.</summary>
internal readonly record struct Expected(StreamRevision? Revision, StreamState State)
{
    public static implicit operator Expected(StreamRevision revision) => new(revision, default);

    public static implicit operator Expected(StreamState state) => new(null, state);

    /// <summary>Writes the case of the oneof that append, delete and tombstone have in common.</summary>
    public void Write(ProtoWriter options)
    {
        if (Revision is { } revision)
        {
            options.Number(2, revision.ToUInt64());
        }
        else
        {
            options.Empty(State == StreamState.NoStream ? 3 : State == StreamState.Any ? 4 : State == StreamState.StreamExists ? 5
                : throw new InvalidOperationException("A default StreamState says nothing about a stream."));
        }
    }
}

/// <summary>The bodies of requests: messages, each in a frame of a zero byte and its length.</summary>
internal static class Requests
{
    private const int FrameHeader = 5;

    /// <summary>The request of calls without arguments.</summary>
    public static ReadOnlyMemory<byte> Nothing { get; } = new byte[FrameHeader];

    public static ReadOnlyMemory<byte> Append(string stream, Expected expected, IEnumerable<EventData> events)
    {
        var body = new ProtoWriter();
        Frame(body, request => request.Message(1, options => StreamAndExpected(options, stream, expected)));
        foreach (var @event in events)
        {
            Frame(body, request => request.Message(2, proposed => Proposed(proposed, @event)));
        }

        return body.Written;
    }

    /// <summary>The request of delete and of tombstone.</summary>
    public static ReadOnlyMemory<byte> Delete(string stream, Expected expected)
    {
        var body = new ProtoWriter();
        Frame(body, request => request.Message(1, options => StreamAndExpected(options, stream, expected)));
        return body.Written;
    }

    public static ReadOnlyMemory<byte> Read(string stream, Direction direction, StreamPosition from, ulong count, bool resolveLinks) => Read(
        stream,
        from == StreamPosition.Start ? null : from,
        direction,
        resolveLinks,
        options => options.Number(5, count));

    public static ReadOnlyMemory<byte> Subscribe(string stream, FromStream from, bool resolveLinks) => Read(
        stream,
        from == FromStream.Start ? null : from.ToUInt64(),
        Direction.Forwards,
        resolveLinks,
        options => options.Empty(6));

    private static ReadOnlyMemory<byte> Read(
        string stream, StreamPosition? from, Direction direction, bool resolveLinks, Action<ProtoWriter> countOrSubscription)
    {
        var body = new ProtoWriter();
        Frame(body, request => request.Message(1, options =>
        {
            options.Message(1, target => StreamAndPlace(target, stream, from));
            NumberUnlessZero(options, 3, direction == Direction.Backwards ? 1u : 0);
            NumberUnlessZero(options, 4, resolveLinks ? 1u : 0);
            countOrSubscription(options);
            options.Empty(8);
            options.Message(9, uuids => uuids.Empty(2));
            options.Message(10, control => control.Number(1, 1));
        }));
        return body.Written;
    }

    private static void StreamAndPlace(ProtoWriter target, string stream, StreamPosition? from)
    {
        Identifier(target, stream);
        if (from is null || from == StreamPosition.End)
        {
            target.Empty(from is null ? 3 : 4);
        }
        else
        {
            target.Number(2, from.Value.ToUInt64());
        }
    }

    private static void Identifier(ProtoWriter message, string stream) =>
        message.Message(1, identifier => BytesUnlessEmpty(identifier, 3, Encoding.UTF8.GetBytes(stream)));

    private static void StreamAndExpected(ProtoWriter options, string stream, Expected expected)
    {
        Identifier(options, stream);
        expected.Write(options);
    }

    private static void Proposed(ProtoWriter proposed, EventData @event)
    {
        proposed.Message(1, id => id.Text(2, @event.EventId.ToString()));
        MapEntry(proposed, "type", @event.Type);
        MapEntry(proposed, "content-type", @event.ContentType);
        BytesUnlessEmpty(proposed, 3, @event.Metadata);
        BytesUnlessEmpty(proposed, 4, @event.Data);
    }

    private static void MapEntry(ProtoWriter proposed, string key, string value) => proposed.Message(2, entry =>
    {
        entry.Text(1, key);
        entry.Text(2, value);
    });

    private static void BytesUnlessEmpty(ProtoWriter message, int field, ReadOnlyMemory<byte> value)
    {
        if (!value.IsEmpty)
        {
            message.Bytes(field, value.Span);
        }
    }

    private static void NumberUnlessZero(ProtoWriter message, int field, ulong value)
    {
        if (value != 0)
        {
            message.Number(field, value);
        }
    }

    private static void Frame(ProtoWriter body, Action<ProtoWriter> message)
    {
        var start = body.Written.Length;
        body.Take(FrameHeader).Clear();
        message(body);
        var frame = body.Since(start);
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], frame.Length - FrameHeader);
    }
}
