using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>Makes a trace of a log: each record whole, and beside it what a reader who knows only the trace format needs.</summary>
public static class TraceExport
{
    /// <summary>
    /// The streams of replicas and of their snapshots, with their ends as they are now; those that a faulty replica's second process
    /// wrote under another cluster's name too.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="replica">One replica; null for all.</param>
    /// <param name="damaged">Told of each stream of which nothing can be read, with the reason; it is left out.</param>
    /// <exception cref="EventStoreException">Nothing can be read of a stream, and nobody is to be told.</exception>
    public static ImmutableArray<TraceStream> StreamsOf(IEventStore store, ReplicaId? replica, Action<string, Exception>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return [.. store.Streams().Where(name => IsOf(name, replica)).Select(StreamOf).OfType<TraceStream>()];

        TraceStream? StreamOf(string name)
        {
            try
            {
                // a stream that holds nothing any more has no ends
                return store.Tail(name) is { } tail ? new TraceStream(name, tail.FirstRevision, tail.LastRevision) : null;
            }
            catch (EventStoreException e) when (damaged is not null && e.IsUnreadable)
            {
                damaged(name, e);
                return null;
            }
        }
    }

    /// <summary>The lines of a trace, stream by stream.</summary>
    /// <param name="store">The store.</param>
    /// <param name="header">The header, which names the streams and their ends; later records are left out.</param>
    /// <param name="damaged">Told of each stream that is not as it should be, with what is wrong first. Of such a stream come all records that can be read.</param>
    /// <exception cref="LogFormatException">While enumerating, if nobody is to be told: a record can't be read, or does not fit what came before.</exception>
    public static IEnumerable<TraceLine> Lines(IEventStore store, TraceHeader header, Action<string, Exception>? damaged = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(header);
        return header.Streams.SelectMany(stream =>
        {
            var faults = new StreamFaults(stream, damaged);
            return LogStreams.TryParseReplica(stream.Stream, out var cluster, out var replica) && cluster == header.Cluster
                ? Steps(store, header, stream, replica, faults)
                : faults.Records(store).Select(record => new TraceLine(null, record));
        });
    }

    private static bool IsOf(string stream, ReplicaId? replica) =>
        (LogStreams.TryParseReplica(stream, out _, out var owner) || LogStreams.TryParseSnapshots(stream, out _, out owner)) && (replica ?? owner) == owner;

    private static IEnumerable<TraceLine> Steps(IEventStore store, TraceHeader header, TraceStream stream, ReplicaId replica, StreamFaults faults)
    {
        var start = faults.Try(() => Start(store, header, stream, replica));
        var (state, folded) = (start?.State, start?.Folded ?? long.MaxValue);
        foreach (var stored in faults.Records(store))
        {
            TraceStep? line = null;
            if (stored.Revision > folded && stored.Type is not (RecordTypes.Blob or RecordTypes.RefusalsCounted or RecordTypes.SnapshotTaken))
            {
                line = faults.Try(() => StepOf(state!, ReplicaLog.Read(store, stored.Stream, stored.Revision, check: false).First(), replica, out state));
                // what cannot be told of one step cannot be told of those after it: they go as records alone
                if (line is null) folded = long.MaxValue;
            }

            yield return new TraceLine(line, stored);
        }
    }

    // Of a stream whose beginning is truncated, the records up to the snapshot can't be folded: they go as records alone.
    private static Beginning Start(IEventStore store, TraceHeader header, TraceStream stream, ReplicaId replica)
    {
        if (stream.FirstRevision == 0) return new Beginning(ReplicaState.Genesis(header.Configuration, replica), -1);
        var snapshot = SnapshotStore.ReadNewest(store, header.Cluster, replica, header.Configuration)!;
        return new Beginning(snapshot.State, snapshot.Taken.Position.Revision);
    }

    private sealed record Beginning(ReplicaState State, long Folded);

    private static TraceStep StepOf(ReplicaState before, LogRecord record, ReplicaId replica, out ReplicaState after)
    {
        var step = record.Step!;
        var executions = ImmutableArray.CreateBuilder<TraceExecution>();
        var stable = ImmutableArray.CreateBuilder<TraceCheckpoint>();
        var installed = ImmutableArray.CreateBuilder<TraceCheckpoint>();
        after = before;
        foreach (var change in step.Events)
        {
            switch (change)
            {
                case BatchExecuted e: executions.Add(new TraceExecution(e.SequenceNumber, NextDigest(after), e.Results, e.ServiceDigest)); break;
                case CheckpointStable e: stable.Add(new TraceCheckpoint(e.SequenceNumber, e.StateDigest)); break;
                case TransferCompleted e: installed.Add(new TraceCheckpoint(e.SequenceNumber, e.StateDigest)); break;
                default: break;
            }

            after = FoldOne(after, change, record);
        }

        return new TraceStep(replica, record.Revision, record.TimeMs)
        {
            Restart = step.Input is ReplicaStarted,
            Receive = step.Input is MessageReceived received ? TraceMessage.Of(received.Message, received.Signature) : null,
            Sends = SendsOf(before, step, record),
            Executions = executions.DrainToImmutable(),
            Stable = stable.DrainToImmutable(),
            Installed = installed.DrainToImmutable(),
        };
    }

    private static ReplicaState FoldOne(ReplicaState state, ReplicaEvent change, LogRecord record)
    {
        try
        {
            return Fold.Event(state, change);
        }
        catch (InvalidOperationException e)
        {
            throw new LogFormatException($"stream '{record.Stream}', revision {record.Revision}: the record does not fit what came before it: {e.Message}", e);
        }
    }

    private static Digest NextDigest(ReplicaState state) =>
        Predicates.TryNextDecided(state, out var batch) && batch is not null ? batch.Digest : Digest.None;

    // What was sent is not recorded; it follows from the decision, if this version decides as the one that wrote the log did.
    private static ImmutableArray<TraceSend> SendsOf(ReplicaState before, Step step, LogRecord record)
    {
        var decided = Replica.Decide(before, step.Input).Step;
        if (!StepCodec.Encode(decided).Data.AsSpan().SequenceEqual(record.Data.Span)) return [];
        return [.. decided.Effects.Select(effect => SendOf(before, effect)).OfType<TraceSend>()];
    }

    private static TraceSend? SendOf(ReplicaState state, Effect effect) => effect switch
    {
        Multicast e => new TraceSend(Others(state), null, TraceMessage.Of(e.Message, Signature.Own)),
        Send e => new TraceSend([e.To], null, TraceMessage.Of(e.Message, e.Signature)),
        SendReply e => new TraceSend([], e.Reply.Client, TraceMessage.Of(e.Reply, Signature.Own)),
        _ => null,
    };

    private static ImmutableArray<ReplicaId> Others(ReplicaState state) =>
        [.. Enumerable.Range(0, state.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => id != state.Self)];
}
