using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Streams/Append: options, events, half-close; then one answer. A wrong revision is an answer, not an error.</summary>
internal sealed class AppendService(EventWriter writer, AccessControl access, EventStoreServerOptions server)
{
    private const uint OptionsTag = (1 << 3) | ProtoReader.Chunk;
    private const uint EventTag = (2 << 3) | ProtoReader.Chunk;

    /// <summary>Serves one call.</summary>
    public async Task ServeAsync(GrpcCall call, ServerUser? user)
    {
        var first = await call.NextAsync() ?? throw GrpcFailure.Handler();
        var options = (Read(first).Options ?? throw GrpcFailure.Handler()).Checked("AppendReq");
        access.Demand(user, options.Stream, StreamRight.Write);

        var events = await EventsAsync(call);
        var (outcome, insideAnswer) = await writer.WriteAsync(call, options, events, isBatch: false);
        var answer = Answer(options, outcome);
        if (insideAnswer is not null)
        {
            await call.SendHalfAsync(answer);
            throw call.Drop(insideAnswer.Scope);
        }

        await call.SendAsync(answer);
    }

    private static (WriteOptions? Options, ProposedEvent? Event) Read(ReadOnlySpan<byte> message)
    {
        (WriteOptions?, ProposedEvent?) content = default;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case OptionsTag: content = (WriteOptions.Read(reader.Bytes()), null); break;
                case EventTag: content = (null, ProposedEvent.Read(reader.Bytes())); break;
                default: reader.Skip(); break;
            }
        }

        return content;
    }

    private static ReadOnlyMemory<byte> Answer(WriteOptions options, WriteOutcome outcome) => outcome switch
    {
        WriteOutcome.Written written => new ProtoWriter().Message(1, to => WriteAnswers.WriteSuccess(to, written)).Written,
        WriteOutcome.WrongRevision wrong => new ProtoWriter().Message(2, to => WriteWrongRevision(to, options.Expected, wrong.Actual)).Written,
        _ => throw GrpcFailure.StreamDeleted(options.Stream),
    };

    // Twice the same: fields 1 to 5 are the form of the first servers, in which "no stream" is the revision -1.
    private static void WriteWrongRevision(ProtoWriter to, ExpectedRevision expected, long actual)
    {
        if (actual < 0) to.SetEmpty(2);
        else to.SetNumber(1, (ulong)actual);
        WriteExpected(to, expected, revision: 3, any: 4, streamExists: 5, noStream: null);
        if (actual < 0) to.SetEmpty(7);
        else to.SetNumber(6, (ulong)actual);
        WriteExpected(to, expected, revision: 8, any: 9, streamExists: 10, noStream: 11);
    }

    private static void WriteExpected(ProtoWriter to, ExpectedRevision expected, uint revision, uint any, uint streamExists, uint? noStream)
    {
        switch (expected.Kind)
        {
            case Expectation.Any: to.SetEmpty(any); break;
            case Expectation.StreamExists: to.SetEmpty(streamExists); break;
            case Expectation.NoStream when noStream is { } field: to.SetEmpty(field); break;
            default: to.SetNumber(revision, unchecked((ulong)expected.Signed)); break;
        }
    }

    private async Task<List<NewEvent>> EventsAsync(GrpcCall call)
    {
        var events = new List<NewEvent>();
        var size = 0L;
        while (await call.NextAsync() is { } message)
        {
            var proposed = Read(message).Event ?? throw GrpcFailure.Handler();
            if (proposed.MissingProperty is { } missing) throw GrpcFailure.MissingMetadata(missing);

            size += proposed.Data.Length;
            if (size > server.MaxAppendSize) throw GrpcFailure.TooLarge(server.MaxAppendSize);
            events.Add(proposed.Checked());
        }

        return events;
    }
}
