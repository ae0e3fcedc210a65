using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Where a read begins.</summary>
internal enum ReadStart
{
    /// <summary>The request does not say.</summary>
    Unnamed,

    /// <summary>At a revision or, in all streams, a position.</summary>
    Place,

    /// <summary>At the first event.</summary>
    Start,

    /// <summary>After the last event.</summary>
    End,
}

/// <summary>The options of a read.</summary>
internal sealed record ReadOptions
{
    /// <summary>The stream; <see cref="SystemNames.All"/> for all, null where none is named.</summary>
    public string? Stream { get; private init; }

    /// <summary>Where to begin.</summary>
    public ReadStart Start { get; private init; }

    /// <summary>The revision or position of <see cref="ReadStart.Place"/>.</summary>
    public long Place { get; private init; }

    /// <summary>Whether to read downwards.</summary>
    public bool IsBackwards { get; private init; }

    /// <summary>How many events to read; null where the request has no count.</summary>
    public ulong? Count { get; private init; }

    /// <summary>Whether to go on with live events instead.</summary>
    public bool IsSubscription { get; private init; }

    /// <summary>How ids are written: as numbers, as texts, or (not said) not at all.</summary>
    public bool? StructuredIds { get; private init; }

    /// <summary>Whether the client understands messages with the first and last revision.</summary>
    public bool WantsPositions { get; private init; }

    private string Filter { get; init; } = "None";

    /// <summary>Reads a request.</summary>
    /// <exception cref="MalformedMessageException">It is none.</exception>
    public static ReadOptions Read(ReadOnlySpan<byte> message)
    {
        ReadOptions? options = null;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Tag == ((1 << 3) | ProtoReader.Chunk)) options = ReadFields(reader.Bytes());
            else reader.Skip();
        }

        return options ?? throw new MalformedMessageException("a read has no options");
    }

    /// <summary>The options, if they go together.</summary>
    /// <exception cref="GrpcFailure">They do not, or ask for what this server lacks.</exception>
    public ReadOptions Checked()
    {
        if (Stream is null) throw GrpcFailure.Unset("ReadReq+Types+Options+StreamOptionOneofCase");

        var count = IsSubscription ? "Subscription" : Count is null ? "None" : "Count";
        if (count == "None" || Filter == "None" || (IsSubscription && IsBackwards))
        {
            throw GrpcFailure.Combination($"{(Stream == SystemNames.All ? "All" : "Stream")}, {count}, {(IsBackwards ? "Backwards" : "Forwards")}, {Filter}");
        }

        if (Filter == "Filter") throw GrpcFailure.Unimplemented("This test server has no filters.");
        if (Stream == SystemNames.All && IsSubscription) throw GrpcFailure.Unimplemented("This test server has no subscriptions to $all.");
        if (Start == ReadStart.Unnamed || Stream.Length == 0) throw GrpcFailure.Handler();
        if (Count == 0 || (Start == ReadStart.End && !IsBackwards && !IsSubscription)) throw GrpcFailure.UnexpectedRead();
        return this;
    }

    private static ReadOptions ReadFields(ReadOnlySpan<byte> bytes)
    {
        var options = new ReadOptions();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case (1 << 3) | ProtoReader.Chunk: options = options.WithStream(reader.Bytes()); break;
                case (2 << 3) | ProtoReader.Chunk: options = options.WithAll(reader.Bytes()); break;
                case 3 << 3: options = options with { IsBackwards = reader.Varint() != 0 }; break;
                case 5 << 3: options = options with { Count = reader.Varint(), IsSubscription = false }; break;
                case (6 << 3) | ProtoReader.Chunk: reader.Bytes(); options = options with { Count = null, IsSubscription = true }; break;
                case (7 << 3) | ProtoReader.Chunk: reader.Bytes(); options = options with { Filter = "Filter" }; break;
                case (8 << 3) | ProtoReader.Chunk: reader.Bytes(); options = options with { Filter = "NoFilter" }; break;
                case (9 << 3) | ProtoReader.Chunk: options = options with { StructuredIds = ReadIdForm(reader.Bytes()) }; break;
                case (10 << 3) | ProtoReader.Chunk: options = options with { WantsPositions = ReadNumber(reader.Bytes()) > 0 }; break;
                default: reader.Skip(); break;
            }
        }

        return options;
    }

    private ReadOptions WithStream(ReadOnlySpan<byte> bytes)
    {
        var options = this with { Stream = "" };
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case (1 << 3) | ProtoReader.Chunk: options = options with { Stream = SharedMessages.ReadStream(reader.Bytes()) }; break;
                case 2 << 3: options = options with { Start = ReadStart.Place, Place = Signed(reader.Varint()) }; break;
                default: options = options.WithStart(ref reader); break;
            }
        }

        return options;
    }

    private ReadOptions WithAll(ReadOnlySpan<byte> bytes)
    {
        var options = this with { Stream = SystemNames.All };
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Tag == ((1 << 3) | ProtoReader.Chunk)) options = options with { Start = ReadStart.Place, Place = Signed(ReadNumber(reader.Bytes())) };
            else options = options.WithStart(ref reader);
        }

        return options;
    }

    // Start and end have other numbers in the two messages: 3 and 4 for a stream, 2 and 3 for all.
    private ReadOptions WithStart(ref ProtoReader reader)
    {
        var (start, end) = Stream == SystemNames.All ? (2U, 3U) : (3U, 4U);
        var tag = reader.Tag;
        reader.Skip();
        return tag == ProtoReader.TagOf(start, ProtoReader.Chunk) ? this with { Start = ReadStart.Start }
            : tag == ProtoReader.TagOf(end, ProtoReader.Chunk) ? this with { Start = ReadStart.End }
            : this;
    }

    private static bool? ReadIdForm(ReadOnlySpan<byte> bytes)
    {
        bool? isStructured = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            isStructured = reader.Tag switch { (1 << 3) | ProtoReader.Chunk => true, (2 << 3) | ProtoReader.Chunk => false, _ => isStructured };
            reader.Skip();
        }

        return isStructured;
    }

    private static ulong ReadNumber(ReadOnlySpan<byte> bytes)
    {
        var number = 0UL;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Tag == 1 << 3) number = reader.Varint();
            else reader.Skip();
        }

        return number;
    }

    private static long Signed(ulong place) => (long)Math.Min(place, long.MaxValue);
}
