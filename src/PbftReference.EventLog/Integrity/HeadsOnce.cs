using PbftReference.Core;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>
/// Holds what replicas signed for their own streams against those streams while all are read side by side. Of each stream the hashes of
/// the latest records are kept; an older one is read again. What is signed for a record that is still to come waits for it.
/// </summary>
/// <param name="store">The streams.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="isFaulty">Whose streams are not held against anything.</param>
internal sealed class HeadsOnce(IEventStore store, string cluster, Func<ReplicaId, bool> isFaulty)
{
    private const int Kept = 8192;

    private readonly Dictionary<int, Stream> _streams = [];

    /// <summary>Whether all that was held so far agrees.</summary>
    public bool Agree { get; private set; } = true;

    /// <summary>Whether every record came for which somebody signed.</summary>
    public bool AllSeen => _streams.Values.All(stream => stream.Awaited.Count == 0);

    /// <summary>The next record of a stream.</summary>
    public void Read(ReplicaId replica, long revision, Digest hash)
    {
        if (isFaulty(replica)) return;
        var stream = Of(replica);
        stream.Last = revision;
        if (stream.Hashes.Length == 0) stream.Hashes = new Digest[Kept];
        stream.Hashes[revision % Kept] = hash;
        if (stream.Awaited.Count > 0 && stream.Awaited.Remove(revision, out var signed)) Agree &= signed == hash;
    }

    /// <summary>What is signed in the message that a step received.</summary>
    public void Hold(Step step)
    {
        if (!SignedHead.AreIn(step)) return;
        foreach (var head in SignedHead.In(step))
        {
            if (!isFaulty(head.Signer)) Hold(head);
        }
    }

    private void Hold(SignedHead head)
    {
        var stream = Of(head.Signer);
        if (stream.IsMissing)
        {
            Agree = false;
        }
        else if (head.Revision > stream.Last)
        {
            if (!stream.Awaited.TryAdd(head.Revision, head.Hash)) Agree &= stream.Awaited[head.Revision] == head.Hash;
        }
        else
        {
            Agree &= HashAt(stream, head) == head.Hash;
        }
    }

    private Digest? HashAt(Stream stream, SignedHead head)
    {
        if (head.Revision > stream.Last - Kept) return stream.Hashes[head.Revision % Kept];
        try
        {
            return store.Read(LogStreams.OfReplica(cluster, head.Signer), head.Revision, 1).Select(item => ChainedRecord.Read(item).Hash).FirstOrDefault();
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    private Stream Of(ReplicaId replica)
    {
        if (_streams.TryGetValue(replica.Value, out var known)) return known;
        var stream = new Stream { IsMissing = store.Tail(LogStreams.OfReplica(cluster, replica)) is null };
        _streams.Add(replica.Value, stream);
        return stream;
    }

    private sealed class Stream
    {
        public bool IsMissing { get; init; }

        public long Last { get; set; } = -1;

        public Digest[] Hashes { get; set; } = [];

        public Dictionary<long, Digest> Awaited { get; } = [];
    }
}
