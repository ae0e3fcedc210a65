using PbftReference.Core.Types;

namespace PbftReference.Audit.Accountability;

/// <summary>A row of the history in few bytes, for as long as an audit lasts.</summary>
internal static class PlaceRowFormat
{
    /// <summary>Writes a row.</summary>
    public static void Write(BinaryWriter writer, PlaceHistory row)
    {
        writer.Write(row.Place.Value);
        writer.Write7BitEncodedInt(row.Replicas.Count);
        foreach (var (replica, here) in row.Replicas)
        {
            writer.Write7BitEncodedInt(replica.Value);
            Write(writer, here);
        }
    }

    /// <summary>Reads it back.</summary>
    public static PlaceHistory Read(BinaryReader reader)
    {
        var row = new PlaceHistory(new SequenceNumber(reader.ReadInt64()));
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) row.Replicas.Add(new ReplicaId(reader.Read7BitEncodedInt()), ReadHere(reader));
        return row;
    }

    private static void Write(BinaryWriter writer, PlaceAtReplica here)
    {
        writer.Write(here.Decided.ToArray());
        writer.Write7BitEncodedInt64(here.View.Value);
        writer.Write7BitEncodedInt(here.Committers.Count);
        foreach (var committer in here.Committers) writer.Write7BitEncodedInt(committer.Value);
        foreach (var when in (When?[])[here.Prepared, here.Committed, here.Executed, here.Checkpoint]) Write(writer, when);
        writer.Write(here.Transferred);
    }

    private static PlaceAtReplica ReadHere(BinaryReader reader)
    {
        var here = new PlaceAtReplica { Decided = new Digest(reader.ReadBytes(Digest.Size)), View = new ViewNumber(reader.Read7BitEncodedInt64()) };
        var committers = new ReplicaId[reader.Read7BitEncodedInt()];
        for (var i = 0; i < committers.Length; i++) committers[i] = new ReplicaId(reader.Read7BitEncodedInt());
        here.Committers = committers;
        (here.Prepared, here.Committed, here.Executed, here.Checkpoint) = (ReadWhen(reader), ReadWhen(reader), ReadWhen(reader), ReadWhen(reader));
        here.Transferred = reader.ReadBoolean();
        return here;
    }

    private static void Write(BinaryWriter writer, When? when)
    {
        writer.Write(when is not null);
        if (when is not { } at) return;
        writer.Write7BitEncodedInt64(at.Revision);
        writer.Write7BitEncodedInt64(at.TimeMs);
    }

    private static When? ReadWhen(BinaryReader reader) => reader.ReadBoolean() ? new When(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()) : null;
}
