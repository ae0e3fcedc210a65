using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Streams/Delete and Streams/Tombstone. Here a wrong revision is an error.</summary>
internal sealed class DeleteService(StreamStore store, AccessControl access)
{
    /// <summary>Deletes softly.</summary>
    public Task DeleteAsync(GrpcCall call, ServerUser? user) => ServeAsync(call, user, "DeleteReq", store.Delete);

    /// <summary>Deletes for ever.</summary>
    public Task TombstoneAsync(GrpcCall call, ServerUser? user) => ServeAsync(call, user, "TombstoneReq", store.Tombstone);

    private async Task ServeAsync(GrpcCall call, ServerUser? user, string message, Func<string, ExpectedRevision, WriteOutcome> delete)
    {
        var options = WriteOptions.ReadRequest(await call.OnlyAsync()).Checked(message);
        access.Demand(user, options.Stream, StreamRight.Delete);
        if (SystemNames.IsMetadataStream(options.Stream)) throw GrpcFailure.Handler();

        var position = delete(options.Stream, options.Expected) switch
        {
            WriteOutcome.Written written => written.Position,
            WriteOutcome.WrongRevision wrong => throw GrpcFailure.WrongRevision(options.Stream, options.Expected, wrong.Actual),
            _ => throw GrpcFailure.StreamDeleted(options.Stream),
        };
        await call.SendAsync(new ProtoWriter().Message(1, to => SharedMessages.WritePosition(to, position)).Written);
    }
}
