using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Stream and expected revision: the options of an append, of a deletion and (with a time-out) of a batch.</summary>
/// <param name="Stream">The stream; empty where none is named.</param>
/// <param name="Expected">What is expected of it.</param>
/// <param name="Timeout">How long a batch may take; null where nothing is said.</param>
internal sealed record WriteOptions(string Stream, ExpectedRevision Expected, TimeSpan? Timeout)
{
    private const uint StreamTag = (1 << 3) | ProtoReader.Chunk;
    private const uint RevisionTag = 2 << 3;
    private const uint NoStreamTag = (3 << 3) | ProtoReader.Chunk;
    private const uint AnyTag = (4 << 3) | ProtoReader.Chunk;
    private const uint StreamExistsTag = (5 << 3) | ProtoReader.Chunk;
    private const uint DurationTag = (7 << 3) | ProtoReader.Chunk;

    /// <summary>Reads the options.</summary>
    public static WriteOptions Read(ReadOnlySpan<byte> bytes)
    {
        var options = new WriteOptions("", default, null);
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case StreamTag: options = options with { Stream = SharedMessages.ReadStream(reader.Bytes()) }; break;
                case RevisionTag: options = options with { Expected = new(Expectation.Revision, reader.Varint()) }; break;
                case NoStreamTag: options = options.Skipping(ref reader, Expectation.NoStream); break;
                case AnyTag: options = options.Skipping(ref reader, Expectation.Any); break;
                case StreamExistsTag: options = options.Skipping(ref reader, Expectation.StreamExists); break;
                case DurationTag: options = options with { Timeout = ReadDuration(reader.Bytes()) }; break;
                default: reader.Skip(); break;
            }
        }

        return options;
    }

    /// <summary>Reads the request of a deletion, whose only field are the options.</summary>
    public static WriteOptions ReadRequest(ReadOnlySpan<byte> bytes)
    {
        WriteOptions? options = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Tag == StreamTag) options = Read(reader.Bytes());
            else reader.Skip();
        }

        return options ?? throw new MalformedMessageException("a request has no options");
    }

    /// <summary>The options, if events can be written with them.</summary>
    /// <param name="message">The name of the request, for the error.</param>
    /// <exception cref="GrpcFailure">No expectation is named.</exception>
    /// <exception cref="MalformedMessageException">No stream is named, or one that cannot be written to.</exception>
    public WriteOptions Checked(string message)
    {
        if (Expected.Kind == Expectation.Unnamed) throw GrpcFailure.Unset($"{message}+Types+Options+ExpectedStreamRevisionOneofCase");
        return SystemNames.CanBeWritten(Stream) ? this : throw new MalformedMessageException($"nobody can write to '{Stream}'");
    }

    private static TimeSpan ReadDuration(ReadOnlySpan<byte> bytes)
    {
        var (seconds, nanoseconds) = (0L, 0);
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case 1 << 3: seconds = unchecked((long)reader.Varint()); break;
                case 2 << 3: nanoseconds = unchecked((int)reader.Varint()); break;
                default: reader.Skip(); break;
            }
        }

        var total = seconds + (nanoseconds / 1e9);
        return TimeSpan.FromSeconds(Math.Clamp(total, 0, TimeSpan.FromDays(40).TotalSeconds));
    }

    private WriteOptions Skipping(ref ProtoReader reader, Expectation expectation)
    {
        reader.Bytes();
        return this with { Expected = new(expectation) };
    }
}
