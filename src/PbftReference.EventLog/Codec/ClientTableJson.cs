using System.Collections.Immutable;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>The client table as JSON: per client its base, the executed timestamps above it, and the replies that are kept.</summary>
internal static class ClientTableJson
{
    private const int BitmapLength = 64;

    internal static void Write(LogJsonWriter json, string name, ClientTable clients)
    {
        json.BeginObject(name);
        json.Int32("window", clients.Window);
        json.BeginArray("clients");
        foreach (var (client, entry) in clients.Entries) WriteEntry(json, client, entry, clients.Window);
        json.EndArray();
        json.EndObject();
    }

    internal static ClientTable Read(LogJsonReader json)
    {
        json.BeginObject();
        var window = json.Int32("window");
        if (window is < 1 or > ClusterConfiguration.MaxClientWindow)
        {
            throw json.Fault($"the client window is 1 to {ClusterConfiguration.MaxClientWindow}, not {window}");
        }

        var entries = ImmutableSortedDictionary.CreateBuilder<ClientId, ClientEntry>();
        ClientId? last = null;
        json.BeginArray("clients");
        while (json.More())
        {
            var (client, entry) = ReadEntry(json, window);
            if (client <= last) throw json.Fault($"clients must ascend, and {client} follows {last}");
            entries.Add(client, entry);
            last = client;
        }

        json.EndObject();
        return new ClientTable(window, entries.ToImmutable());
    }

    private static void WriteEntry(LogJsonWriter json, ClientId client, ClientEntry entry, int window)
    {
        if (entry.Replies.Length != window)
        {
            throw new ArgumentException($"client {client} has room for {entry.Replies.Length} replies in a table of window {window}");
        }

        json.BeginObject();
        json.Int64("client", client.Value);
        json.Int64("base", entry.Base.Value);
        json.BeginArray("executed");
        for (var i = 0; i < BitmapLength; i++)
        {
            if (((entry.Executed >> i) & 1) == 1) json.Int64(entry.Base.Value + 1 + i);
        }

        json.EndArray();
        json.BeginArray("replies");
        for (var i = 0; i < window; i++)
        {
            if (entry.Replies[i] is { } reply) WriteReply(json, reply, i, window);
        }

        json.EndArray();
        json.EndObject();
    }

    private static void WriteReply(LogJsonWriter json, CachedReply reply, int index, int window)
    {
        if (reply.Timestamp.Value % window != index)
        {
            throw new ArgumentException($"the reply to timestamp {reply.Timestamp} stands at {index} in a window of {window}");
        }

        json.BeginObject();
        json.Int64("timestamp", reply.Timestamp.Value);
        json.Payload("result", reply.Result);
        json.EndObject();
    }

    private static (ClientId Client, ClientEntry Entry) ReadEntry(LogJsonReader json, int window)
    {
        json.BeginObject();
        var client = new ClientId(json.Int64("client"));
        var first = new Timestamp(json.Int64("base"));
        var executed = ReadExecuted(json, first);
        var replies = ReadReplies(json, window);
        json.EndObject();
        return (client, new ClientEntry(first, executed, replies));
    }

    private static ulong ReadExecuted(LogJsonReader json, Timestamp first)
    {
        var (executed, last) = (0UL, -1L);
        json.BeginArray("executed");
        while (json.More())
        {
            var offset = json.Int64() - first.Value - 1;
            if (offset <= last || offset >= BitmapLength)
            {
                throw json.Fault($"executed timestamps ascend from {first.Value + 1} to {first.Value + BitmapLength}");
            }

            executed |= 1UL << (int)offset;
            last = offset;
        }

        return executed;
    }

    private static ImmutableArray<CachedReply?> ReadReplies(LogJsonReader json, int window)
    {
        var replies = new CachedReply?[window];
        var last = -1L;
        json.BeginArray("replies");
        while (json.More())
        {
            json.BeginObject();
            var reply = new CachedReply(new Timestamp(json.Int64("timestamp")), json.Payload("result"));
            json.EndObject();
            var index = reply.Timestamp.Value % window;
            if (index <= last) throw json.Fault("replies ascend by their timestamp modulo the window");
            replies[index] = reply;
            last = index;
        }

        return ImmutableArray.Create(replies);
    }
}
