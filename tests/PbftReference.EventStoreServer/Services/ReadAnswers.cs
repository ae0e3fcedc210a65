using System.Globalization;
using PbftReference.TestServer.Protobuf;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>The messages that answer a read.</summary>
internal static class ReadAnswers
{
    /// <summary>The subscription stands.</summary>
    public static ReadOnlyMemory<byte> Confirmation(Guid id) => new ProtoWriter().Message(2, to => to.Text(1, id.ToString("D"))).Written;

    /// <summary>There is no such stream.</summary>
    public static ReadOnlyMemory<byte> NotFound(string stream) =>
        new ProtoWriter().Message(4, to => to.Message(1, identifier => SharedMessages.WriteStream(identifier, stream))).Written;

    /// <summary>The first revision that can be read.</summary>
    public static ReadOnlyMemory<byte> FirstRevision(long revision) => new ProtoWriter().SetNumber(5, (ulong)revision).Written;

    /// <summary>The stream's last revision.</summary>
    public static ReadOnlyMemory<byte> LastRevision(long revision) => new ProtoWriter().SetNumber(6, (ulong)revision).Written;

    /// <summary>What follows happened after the subscription began.</summary>
    public static ReadOnlyMemory<byte> CaughtUp() => new ProtoWriter().SetEmpty(8).Written;

    /// <summary>An event.</summary>
    public static ReadOnlyMemory<byte> Event(StoredEvent e, bool structuredId) => new ProtoWriter().Message(1, to => to
        .Message(1, recorded => Write(recorded, e, structuredId))
        .SetNumber(3, (ulong)e.Position)).Written;

    private static void Write(ProtoWriter to, StoredEvent e, bool structuredId) => to
        .Message(1, id =>
        {
            if (structuredId) SharedMessages.WriteStructured(id, e.Id);
            else SharedMessages.WriteText(id, e.Id);
        })
        .Message(2, identifier => SharedMessages.WriteStream(identifier, e.Stream))
        .Number(3, (ulong)e.Revision)
        .Number(4, (ulong)e.Position)
        .Number(5, (ulong)e.Position)
        .Message(6, entry => entry.Text(1, "type").Text(2, e.Type))
        .Message(6, entry => entry.Text(1, "created").Text(2, e.Created.ToString(CultureInfo.InvariantCulture)))
        .Message(6, entry => entry.Text(1, "content-type").Text(2, e.IsJson ? "application/json" : "application/octet-stream"))
        .Bytes(7, e.Metadata)
        .Bytes(8, e.Data);
}
