using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>The part of an answer that appends and batches have in common.</summary>
internal static class WriteAnswers
{
    /// <summary>Writes the message Success: the last revision, or that there is no stream, and the position.</summary>
    public static void WriteSuccess(ProtoWriter to, WriteOutcome.Written written)
    {
        if (written.Last < 0) to.SetEmpty(2);
        else to.SetNumber(1, (ulong)written.Last);
        to.Message(3, position => SharedMessages.WritePosition(position, written.Position));
    }
}
